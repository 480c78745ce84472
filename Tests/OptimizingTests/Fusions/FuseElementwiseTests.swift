import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Chains of functions of elements become one operator. Results are the same bits: the kernels are.
@Suite struct FuseElementwiseTests {
  private func fused(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    try optimized(&script, graph, tolerance: 0, stages: OptimizationStage.machine)
  }

  @Test("Functions that follow each other are one pass over memory, also where a value is used twice")
  func chain() throws {
    for type in [ElementType.float32, .float64] {
      var script = TestGraph(type)
      let x = script.input([3, 700])
      let r = script.input([3, 700])
      let a = try script.add(AddOp.self, [], x, script.constant([700]))
      let b = try script.add(TanhOp.self, [], a)
      let square = try script.add(MulOp.self, [], b, b)
      let scaled = try script.add(MulOp.self, [], script.constant([0.5], .scalar), square)
      let y = try script.add(SubOp.self, [], r, scaled)
      let graph = try script.graph(y)
      let result = try fused(&script, graph)
      #expect(result.operators == ["ngraph::FusedElementwise"])
      #expect(result.nodes[0].inputs.count == 4)
    }
  }

  @Test(
    "Inputs of every broadcast form keep their places, in tiles of several rows and in parts of a row",
    arguments: [
      [1], [2000], [4, 1], [4, 2000], [3, 1, 1], [3, 4, 1], [3, 1, 2000], [1, 4, 1], [3, 4, 2000],
    ] as [Shape])
  func broadcast(shape: Shape) throws {
    for full in [[3, 4, 2000], [3, 4, 5], [3, 1, 5]] as [Shape] {
      let fitting = Shape(zip(shape.extents.reversed(), full.extents.reversed()).map(min).reversed())
      var script = TestGraph(.float32)
      let x = script.input(full)
      let other = script.input(fitting)
      let difference = try script.add(SubOp.self, [], other, x)
      let product = try script.add(MulOp.self, [], difference, other)
      let y = try script.add(SigmoidOp.self, [], try script.add(DivOp.self, [], product, x))
      let graph = try script.graph(y)
      #expect(try fused(&script, graph).operators == ["ngraph::FusedElementwise"])
    }
  }

  @Test("A value that somebody else needs, or that leaves the graph, is made for itself")
  func usedElsewhere() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let a = try script.add(ExpOp.self, [], x)
    let y = try script.add(ReluOp.self, [], a)
    let graph = try script.graph(y, a)
    #expect(try fused(&script, graph).operators == ["Exp", "Relu"])
  }

  @Test("A value that is smaller than the result is computed once, before it is broadcast")
  func smaller() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let row = script.input([3])
    let y = try script.add(AddOp.self, [], x, try script.add(ExpOp.self, [], row))
    let graph = try script.graph(y)
    #expect(try fused(&script, graph).operators == ["Exp", "Add"])
  }

  @Test("No more than seven tensors are walked together; scalars do not count")
  func manyInputs() throws {
    var script = TestGraph()
    var sum = script.input([2, 3])
    for _ in 0..<8 { sum = try script.add(AddOp.self, [], sum, script.input([2, 3])) }
    for _ in 0..<4 { sum = try script.add(MulOp.self, [], sum, script.constant([1, 1])) }
    let graph = try script.graph(sum)
    let result = try fused(&script, graph)
    #expect(result.operators == ["ngraph::FusedElementwise", "ngraph::FusedElementwise"])
    for node in result.nodes {
      let shapes: [Shape?] = node.inputs.map { $0.flatMap { result[$0].type?.shape } }
      #expect(shapes.count { $0 == [2, 3] } <= 7)
    }
  }

  @Test("Integers and 16-bit floats stay as they are")
  func types() throws {
    var script = TestGraph(.float16)
    let y = try script.add(ReluOp.self, [], try script.add(ExpOp.self, [], script.input([2, 3])))
    let graph = try script.graph(y)
    #expect(try fused(&script, graph).operators == ["Exp", "Relu"])
  }

  @Test("Extents that only a run tells, and empty tensors, are no obstacle")
  func dynamic() throws {
    for batch in [0, 1, 5] {
      var script = TestGraph(.float32)
      let dimensions: [Dimension] = [Dimension(symbol: "batch"), Dimension(3)]
      let x = script.input([batch, 3], dimensions: dimensions)
      let a = try script.add(AddOp.self, [], x, script.constant([3]))
      let graph = try script.graph(try script.add(SqrtOp.self, [], try script.add(AbsOp.self, [], a)))
      #expect(try fused(&script, graph).operators == ["ngraph::FusedElementwise"])
    }
  }
}
