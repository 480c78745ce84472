import Graphs
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// What a channels-last convolution of one tap applies as it reads its input. Graphs are compared in float64
/// with what they were.
@Suite struct FuseConvolutionPrologueTests {
  private static let stages: [OptimizationStage] =
    [OptimizationStage.layout] + OptimizationStage.machine

  private func convolution(_ script: inout TestGraph, _ x: ValueID, _ features: Int, kernel: Int = 1) throws
    -> ValueID
  {
    let pad: Int = kernel / 2
    return try script.add(
      ConvOp.self, [Attribute("pads", [pad, pad, pad, pad])], x,
      script.constant([features, 16, kernel, kernel]))
  }

  /// An image of 16 channels, laid out channels-last, that has other users, as in a dense block.
  private func trunk(_ script: inout TestGraph) throws -> ValueID {
    try script.add(
      ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], script.input([2, 3, 5, 4]),
      script.constant([16, 3, 3, 3]))
  }

  /// Of each convolution with a prologue, its floor.
  private func prologues(_ graph: Graph) -> [Double?] {
    graph.nodes.compactMap { node -> Double?? in
      guard let op = node.op as? FusedProductOp<ConvOp> else { return nil }
      // Scale and shift are the inputs after the residual.
      return op.prologue.floor != nil || node.inputs.count > 4 ? .some(op.prologue.floor) : nil
    }
  }

  @Test(
    "A scale, a shift and Relu before a convolution of one tap are part of it, each of them or all",
    arguments: 1..<8)
  func channels(parts: Int) throws {
    var script = TestGraph()
    let x = try trunk(&script)
    var value: ValueID = x
    if parts & 1 != 0 { value = try script.add(MulOp.self, [], value, script.constant([16, 1, 1])) }
    if parts & 2 != 0 { value = try script.add(AddOp.self, [], value, script.constant([16, 1, 1])) }
    if parts & 4 != 0 { value = try script.add(ReluOp.self, [], value) }
    let graph = try script.graph(
      try convolution(&script, value, 8), try convolution(&script, x, 4, kernel: 3))
    let result = try optimized(&script, graph, stages: Self.stages)
    let found = prologues(result)
    #expect(found == [parts & 4 != 0 ? 0 : nil])
    #expect(["Mul", "Add", "Relu"].allSatisfy { result.histogram[$0] == nil })
  }

  @Test("A gate that the graph computes for each image scales what the convolution reads")
  func gate() throws {
    var script = TestGraph()
    let x = try trunk(&script)
    let pooled = try script.add(GlobalAveragePoolOp.self, [], x)
    let gate = try script.add(SigmoidOp.self, [], try convolution(&script, pooled, 16))
    let gated = try script.add(MulOp.self, [], x, gate)
    let graph = try script.graph(try convolution(&script, gated, 8))
    let result = try optimized(&script, graph, stages: Self.stages)
    #expect(prologues(result).count == 1 && result.histogram["Mul"] == nil)
  }

  @Test("A convolution of several taps, a value with other users, a gate with a shift: not part of it")
  func refused() throws {
    var several = TestGraph()
    let a = try trunk(&several)
    let wide = try several.graph(
      try convolution(&several, try several.add(ReluOp.self, [], a), 8, kernel: 3),
      try convolution(&several, a, 4))
    #expect(prologues(try optimized(&several, wide, stages: Self.stages)).isEmpty)

    var shared = TestGraph()
    let b = try trunk(&shared)
    let relu = try shared.add(
      ReluOp.self, [], try shared.add(AddOp.self, [], b, shared.constant([16, 1, 1])))
    let twice = try shared.graph(
      try convolution(&shared, relu, 8), try convolution(&shared, relu, 4), try convolution(&shared, b, 4))
    #expect(prologues(try optimized(&shared, twice, stages: Self.stages)).isEmpty)

    var shifted = TestGraph()
    let c = try trunk(&shifted)
    let pooled = try shifted.add(GlobalAveragePoolOp.self, [], c)
    let gated = try shifted.add(
      MulOp.self, [], c, try shifted.add(SigmoidOp.self, [], try convolution(&shifted, pooled, 16)))
    let sum = try shifted.add(AddOp.self, [], gated, shifted.constant([16, 1, 1]))
    let both = try shifted.graph(try convolution(&shifted, sum, 8))
    #expect(prologues(try optimized(&shifted, both, stages: Self.stages)).isEmpty)
  }
}
