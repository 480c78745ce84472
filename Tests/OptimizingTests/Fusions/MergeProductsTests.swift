import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Products of one row by several matrices become one, each of whose elements has the bits that it had.
@Suite struct MergeProductsTests {
  private func merged(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    try optimized(
      &script, graph, tolerance: 0, stages: OptimizationStage.machine.filter { $0.name == "merge" })
  }

  @Test(
    "Products of one row become one, which is cut into their results",
    arguments: [ElementType.float32, .float64], [[1, 70], [1, 1, 70]] as [Shape])
  func row(type: ElementType, shape: Shape) throws {
    var script = TestGraph(type)
    let x = script.input(shape)
    let a = try script.add(MatMulOp.self, [], x, script.constant([70, 40]))
    let b = try script.add(TanhOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([70, 13])))
    let c = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([70, 2])))
    let graph = try script.graph(try script.add(ExpOp.self, [], a), b, c)
    let result = try merged(&script, graph)
    #expect(result.histogram == ["MatMul": 1, "Split": 1, "Exp": 2, "Tanh": 1])
  }

  @Test("The matrices side by side are the same bytes in whatever parts they are read")
  func parts() throws {
    var script = TestGraph(.float32)
    let x = script.input([1, 70])
    let matrices = [script.constant([70, 40]), script.constant([70, 13])]
    let outputs = try matrices.map {
      try script.add(TanhOp.self, [], try script.add(MatMulOp.self, [], x, $0))
    }
    let graph = try script.graph(outputs[0], outputs[1])
    let expected: [[Float]] = try matrices.map { try #require(graph[$0].constant).elements() }
    let result = try merged(&script, graph)
    let weight = try #require(result.values.first { $0.constant?.shape == [70, 53] }?.constant)
    for length in [1, 3, 53, 100, 70 * 53] {
      var read = [Float](repeating: .nan, count: weight.count)
      for first in stride(from: 0, to: weight.count, by: length) {
        read.withUnsafeMutableBytes {
          weight.read(first * 4..<min(first + length, weight.count) * 4, into: $0.baseAddress! + first * 4)
        }
      }
      for row in 0..<70 {
        #expect(Array(read[row * 53..<row * 53 + 40]) == Array(expected[0][row * 40..<row * 40 + 40]))
        #expect(Array(read[row * 53 + 40..<row * 53 + 53]) == Array(expected[1][row * 13..<row * 13 + 13]))
      }
    }
  }

  @Test("Products of several rows, of an unknown number of rows and of different rows stay")
  func otherRows() throws {
    for dimensions in [[2, 6], [Dimension(symbol: "N"), 6]] as [[Dimension]] {
      var script = TestGraph()
      let x = script.input([2, 6], dimensions: dimensions)
      let y = script.input([1, 6])
      let a = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([6, 4])))
      let b = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([6, 3])))
      let c = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], y, script.constant([6, 3])))
      let graph = try script.graph(a, b, c)
      #expect(try merged(&script, graph).histogram == ["MatMul": 3, "Exp": 3])
    }
  }

  @Test(
    "A product with one column, or whose matrix others use, or that takes a constant or is an output, stays")
  func staying() throws {
    var script = TestGraph()
    let x = script.input([1, 6])
    let shared = script.constant([6, 4])
    let a = try script.add(MatMulOp.self, [], x, script.constant([6, 4]))
    let biased = try script.add(AddOp.self, [], a, script.constant([4]))
    let b = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, shared))
    let c = try script.add(ExpOp.self, [], shared)
    let d = try script.add(MatMulOp.self, [], x, script.constant([6, 4]))
    let e = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([6, 2])))
    let f = try script.add(ExpOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([6, 1])))
    let graph = try script.graph(biased, b, c, d, e, f)
    #expect(try merged(&script, graph).histogram == ["MatMul": 5, "Add": 1, "Exp": 4])
  }
}
