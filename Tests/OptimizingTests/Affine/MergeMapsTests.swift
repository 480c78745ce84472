import Graphs
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Affine maps that follow each other. Graphs are compared in float64 with what they were.
@Suite struct MergeMapsTests {
  private func merged(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    try optimized(&script, graph, stages: [OptimizationStage("merge", [MergeMaps()])])
  }

  @Test("Scales become one scale, shifts one shift, and both along the channels one BatchNormalization")
  func merges() throws {
    let cases: [([any Operator.Type], [String])] = [
      ([MulOp.self, MulOp.self], ["Mul"]), ([DivOp.self, MulOp.self, DivOp.self], ["Mul"]),
      ([AddOp.self, SubOp.self], ["Add"]), ([MulOp.self, AddOp.self], ["BatchNormalization"]),
      ([SubOp.self, DivOp.self, AddOp.self], ["BatchNormalization"]),
    ]
    for (ops, expected) in cases {
      var script = TestGraph()
      var value = script.input([2, 3, 4, 5])
      for op in ops {
        value = try script.add(op, [], value, script.constant([3, 1, 1], in: 0.5...2))
      }
      let graph = try script.graph(value)
      #expect(try merged(&script, graph).operators == expected, "\(ops)")
    }
  }

  @Test("A map that somebody else reads, or that goes along another axis, stays")
  func stays() throws {
    var shared = TestGraph()
    let x = shared.input([2, 3, 4, 5])
    let y = try shared.add(MulOp.self, [], x, shared.constant([3, 1, 1]))
    let z = try shared.add(MulOp.self, [], y, shared.constant([3, 1, 1]))
    let both = try shared.graph(z, try shared.add(TanhOp.self, [], y))
    #expect(try merged(&shared, both).histogram["Mul"] == 2)
    var axes = TestGraph()
    let a = axes.input([2, 3, 4, 5])
    let b = try axes.add(MulOp.self, [], a, axes.constant([3, 1, 1]))
    let c = try axes.add(MulOp.self, [], b, axes.constant([5]))
    let other = try axes.graph(c)
    #expect(try merged(&axes, other).operators == ["Mul", "Mul"])
  }
}
