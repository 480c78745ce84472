import Graphs
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Regions of convolutions channels-last. Graphs are compared in float64 with what they were.
@Suite struct ChooseLayoutTests {
  private func laidOut(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    try optimized(&script, graph, tolerance: 1e-11, stages: [OptimizationStage.layout])
  }

  private func convolution(
    _ script: inout TestGraph, _ x: ValueID, _ channels: Int, _ features: Int, kernel: Int = 3,
    groups: Int = 1
  ) throws -> ValueID {
    let pad: Int = kernel / 2
    return try script.add(
      ConvOp.self, [Attribute("pads", [pad, pad, pad, pad]), Attribute("group", groups)], x,
      script.constant([features, channels / groups, kernel, kernel]), script.constant([features]))
  }

  @Test("A chain of convolutions, activations and pools is transposed at its ends alone")
  func chain() throws {
    var script = TestGraph()
    let x = script.input([2, 8, 9, 7])
    let a = try script.add(ReluOp.self, [], try convolution(&script, x, 8, 16))
    let pooled = try script.add(
      MaxPoolOp.self, [Attribute("kernel_shape", [3, 3]), Attribute("strides", [2, 2])], a)
    let b = try convolution(&script, pooled, 16, 16, groups: 16)
    let average = try script.add(
      AveragePoolOp.self, [Attribute("kernel_shape", [2, 2]), Attribute("pads", [1, 0, 0, 0])], b)
    let graph = try script.graph(average)
    #expect(
      try laidOut(&script, graph).operators == [
        "Transpose", "Conv", "Relu", "MaxPool", "Conv", "AveragePool", "Transpose",
      ])
  }

  @Test("A first convolution of few channels reads the image as it is")
  func fewChannels() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let graph = try script.graph(try convolution(&script, x, 3, 16, kernel: 5))
    #expect(try laidOut(&script, graph).operators == ["Conv", "Transpose"])
  }

  @Test("Per-channel constants, residuals and gates follow; a pooled image is only renamed at the border")
  func squeezeAndExcitation() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16)
    let scaled = try script.add(MulOp.self, [], a, script.constant([16, 1, 1]))
    let pooled = try script.add(GlobalAveragePoolOp.self, [], scaled)
    let gate = try script.add(SigmoidOp.self, [], try convolution(&script, pooled, 16, 16, kernel: 1))
    let gated = try script.add(MulOp.self, [], scaled, gate)
    let b = try script.add(AddOp.self, [], try convolution(&script, gated, 16, 16), gated)
    let mean = try script.add(GlobalMaxPoolOp.self, [], b)
    let flat = try script.add(FlattenOp.self, [], mean)
    let graph = try script.graph(flat)
    let result = try laidOut(&script, graph)
    #expect(result.histogram["Transpose"] == nil)
    #expect(result.histogram["Conv"] == 3)
  }

  @Test("Constants that are joined along any axis are turned with the images", arguments: 0..<4)
  func joinedConstants(axis: Int) throws {
    var script = TestGraph()
    let x = script.input([2, 3, 8, 7])
    let a = try convolution(&script, x, 3, 16)
    var extents: [Int] = [2, 16, 8, 7]
    extents[axis] = 2
    let joined = try script.add(
      ConcatOp.self, [Attribute("axis", axis)], a, script.constant(Shape(extents)), a)
    let features: Int = axis == 1 ? 34 : 16
    let graph = try script.graph(try convolution(&script, joined, features, 16))
    #expect(try laidOut(&script, graph).operators == ["Conv", "Concat", "Conv", "Transpose"])
  }

  @Test("Joins, cuts, pads, resizes and reductions along any axis follow")
  func axes() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16)
    let b = try convolution(&script, a, 16, 8)
    let joined = try script.add(ConcatOp.self, [Attribute("axis", 1)], a, b)
    let sliced = try script.add(
      SliceOp.self, [], joined, script.integers([2, 1]), script.integers([20, 7]), script.integers([1, -1]))
    let padded = try script.add(PadOp.self, [], sliced, script.integers([0, 1, 2, 0, 0, 1, 0, 3]))
    let scales = script.builderConstant(Tensor([Float(1), 1, 2, 1.5]))
    let resized = try script.add(ResizeOp.self, [], padded, nil, scales)
    let mean = try script.add(
      ReduceMeanOp.self, [Attribute("keepdims", 0)], resized, script.integers([2, 3]))
    let graph = try script.graph(mean)
    let result = try laidOut(&script, graph)
    #expect(result.histogram["Transpose"] == nil)
    #expect(result.histogram["Concat"] == 1)
  }

  @Test("A split along channels follows, and each part may be used outside")
  func splits() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16)
    let parts = try script.addSplit(a, lengths: [4, 12], axis: 1)
    let b = try convolution(&script, parts[1], 12, 16)
    let graph = try script.graph(b, parts[0])
    let result = try laidOut(&script, graph)
    #expect(result.histogram == ["Conv": 2, "Split": 1, "Transpose": 2])
  }

  @Test("A normalization with constant statistics becomes a product and a sum")
  func normalization() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16, kernel: 5)
    let y = try script.add(
      BatchNormalizationOp.self, [], a, script.constant([16]), script.constant([16]), script.constant([16]),
      script.constant([16], in: 0.5...2))
    let graph = try script.graph(y)
    #expect(try laidOut(&script, graph).operators == ["Conv", "Mul", "Add", "Transpose"])
  }

  @Test(
    "An operator that knows channels-first alone splits a region; little work is not worth a transposition")
  func borders() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16, kernel: 5)
    let norm = try script.add(
      InstanceNormalizationOp.self, [], a, script.constant([16]), script.constant([16]))
    let b = try convolution(&script, norm, 16, 16)
    let graph = try script.graph(b)
    #expect(
      try laidOut(&script, graph).operators == [
        "Conv", "Transpose", "InstanceNormalization", "Transpose", "Conv", "Transpose",
      ])
    var small = TestGraph()
    let y = small.input([1, 8, 8, 8])
    let other = try small.graph(try convolution(&small, y, 8, 8, kernel: 1))
    #expect(try laidOut(&small, other).operators == ["Conv"])
  }

  @Test("Transpositions that a model has around its convolutions cancel")
  func transposedAlready() throws {
    var script = TestGraph()
    let x = script.input([2, 6, 5, 8])
    let first = try script.add(TransposeOp.self, [Attribute("perm", [0, 3, 1, 2])], x)
    let a = try script.add(ReluOp.self, [], try convolution(&script, first, 8, 12))
    let y = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 3, 1])], a)
    let graph = try script.graph(y)
    #expect(try laidOut(&script, graph).operators == ["Conv", "Relu"])
  }

  @Test("An image of free batch and extents is laid out as well")
  func freeExtents() throws {
    var script = TestGraph()
    let x = script.input(
      [2, 3, 8, 6], dimensions: [Dimension(symbol: "n"), 3, Dimension(symbol: "h"), Dimension(symbol: "w")])
    let a = try convolution(&script, x, 3, 16)
    let y = try script.add(GlobalAveragePoolOp.self, [], a)
    let graph = try script.graph(y)
    #expect(try laidOut(&script, graph).operators == ["Conv", "GlobalAveragePool", "Reshape"])
  }

  @Test("A value that is used inside and outside of a region is there in both layouts")
  func usedOnBothSides() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 8, 8])
    let a = try convolution(&script, x, 3, 16)
    let b = try convolution(&script, a, 16, 16)
    let graph = try script.graph(b, a)
    #expect(try laidOut(&script, graph).histogram == ["Conv": 2, "Transpose": 2])
  }
}
