import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SimplifyTests {
  @Test("A computation on constants becomes a constant")
  func foldsConstants() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let folded = try script.add(AddOp.self, [], script.constant([3]), script.constant([3]))
    let y = try script.add(SigmoidOp.self, [], try script.add(MaxOp.self, [], x, folded))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Max", "Sigmoid"])
  }

  @Test("Identity, a Reshape to the same shape, a pair of transpositions and Dropout in inference disappear")
  func eliminatesNoOps() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 4])
    let same = try script.add(IdentityOp.self, [], x)
    let reshaped = try script.add(ReshapeOp.self, [], same, script.integers([2, 3, 4]))
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [2, 0, 1])], reshaped)
    let back = try script.add(TransposeOp.self, [Attribute("perm", [1, 2, 0])], turned)
    let kept = try script.add(DropoutOp.self, [], back)
    let y = try script.add(SigmoidOp.self, [], kept)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Sigmoid"])
  }

  @Test("A Reshape to another shape and a transposition of equal extents stay")
  func keepsWhatMoves() throws {
    var script = TestGraph()
    let x = script.input([3, 3])
    let turned = try script.add(TransposeOp.self, [], x)
    let y = try script.add(ReshapeOp.self, [], turned, script.integers([9]))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Transpose", "Reshape"])
  }

  @Test("Dropout stays where a run may put it in training mode")
  func keepsDropoutInTraining() throws {
    for fixed in [false, true] {
      var builder = GraphBuilder(name: "test")
      let x = builder.addInput(name: "x", type: .tensor(.float32, [4]))
      let training =
        fixed
        ? builder.addConstant(Tensor(scalar: true))
        : builder.addInput(name: "training", type: .tensor(.bool, []))
      let ratio = builder.addConstant(Tensor(scalar: Float(0.5)))
      let y = try builder.addNode(
        DropoutOp.self, version: 22, attributes: [Attribute("seed", 1)], inputs: [x, ratio, training],
        outputCount: 1)
      builder.setOutputs(y.compactMap { $0 })
      #expect(try simplified(builder.graph).operators == ["Dropout"])
    }
  }

  @Test("Two nodes that do the same on the same inputs become one; other attributes keep them apart")
  func mergesEqualNodes() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let a = try script.add(LeakyReluOp.self, [Attribute("alpha", Float(0.1))], x)
    let b = try script.add(LeakyReluOp.self, [Attribute("alpha", Float(0.1))], x)
    let c = try script.add(LeakyReluOp.self, [Attribute("alpha", Float(0.2))], x)
    let ab = try script.add(MaxOp.self, [], a, b)
    let y = try script.add(MaxOp.self, [], ab, c)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).histogram == ["LeakyRelu": 2, "Max": 2])
  }

  @Test("A Slice of everything and a Pad by nothing disappear; backwards, or by pads that cancel, they stay")
  func eliminatesSlicesAndPads() throws {
    for stays in [false, true] {
      var script = TestGraph()
      let x = script.input([4, 3])
      let sliced =
        stays
        ? try script.add(
          SliceOp.self, [], x, script.integers([-1]), script.integers([-9]), script.integers([0]),
          script.integers([-1]))
        : try script.add(
          SliceOp.self, [], x, script.integers([0]), script.integers([99]), script.integers([0]))
      let padded = try script.add(
        PadOp.self, [], sliced, script.integers(stays ? [1, 0, -1, 0] : [0, 0, 0, 0]))
      let y = try script.add(SigmoidOp.self, [], padded)
      let graph = try script.graph(y)
      #expect(
        try optimized(&script, graph).operators == (stays ? ["Slice", "Pad", "Sigmoid"] : ["Sigmoid"]))
    }
  }

  @Test("A chain of Reshape, Unsqueeze, Squeeze and Flatten becomes one Reshape, also with free extents")
  func mergesReshapes() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 4], dimensions: [Dimension(symbol: "n"), 3, 4])
    let a = try script.add(ReshapeOp.self, [], x, script.integers([0, 12]))
    let b = try script.add(UnsqueezeOp.self, [], a, script.integers([1]))
    let c = try script.add(ReshapeOp.self, [], b, script.integers([0, 4, 3]))
    let y = try script.add(SigmoidOp.self, [], c)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Reshape", "Sigmoid"])
  }

  @Test("A transposition that moves axes of one element only is a Reshape; one of a free axis is not")
  func eliminatesTransposes() throws {
    for isFree in [false, true] {
      var script = TestGraph()
      let x = script.input(
        [1, 3, 4], dimensions: isFree ? [Dimension(symbol: "n"), 3, 4] : [1, 3, 4])
      let turned = try script.add(TransposeOp.self, [Attribute("perm", [1, 0, 2])], x)
      let y = try script.add(SigmoidOp.self, [], turned)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == [isFree ? "Transpose" : "Reshape", "Sigmoid"])
    }
  }

  @Test("Casts merge where the first one loses nothing")
  func mergesCasts() throws {
    // To float64 and back to float32; to float16 and back, which loses digits.
    for (middle, count) in [(11, 0), (10, 2)] {
      var script = TestGraph(.float32)
      let x = script.input([4, 3])
      let a = try script.add(CastOp.self, [Attribute("to", middle)], x)
      let b = try script.add(CastOp.self, [Attribute("to", 1)], a)
      let y = try script.add(SigmoidOp.self, [], b)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).histogram["Cast"] ?? 0 == count)
    }
  }

  @Test("Zeros around an image go into the padding of a convolution and of a mean that counts them")
  func foldsPads() throws {
    for value in [0, 0.5] {
      var script = TestGraph()
      let x = script.input([1, 2, 5, 6])
      let padded = try script.add(
        PadOp.self, [], x, script.integers([0, 0, 1, 2, 0, 0, 0, 1]), script.constant([value], []))
      let y = try script.add(
        ConvOp.self, [Attribute("pads", [1, 0, 0, 0]), Attribute("strides", [2, 1])], padded,
        script.constant([3, 2, 3, 3]))
      let z = try script.add(AveragePoolOp.self, [Attribute("kernel_shape", [2, 2])], padded)
      let graph = try script.graph(y, z)
      #expect(
        try optimized(&script, graph).histogram["Pad"] == (value == 0 ? nil : 1))
    }
  }

  @Test("Minus infinity around an image goes into the padding of a maximum; channels that are padded stay")
  func foldsPadsOfMaximum() throws {
    for pads in [[0, 0, 1, 1, 0, 0, 1, 1], [0, 1, 1, 1, 0, 0, 1, 1]] {
      var script = TestGraph()
      let x = script.input([1, 2, 5, 6])
      let padded = try script.add(
        PadOp.self, [], x, script.integers(pads), script.constant([-.infinity], []))
      let y = try script.add(MaxPoolOp.self, [Attribute("kernel_shape", [3, 3])], padded)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).histogram["Pad"] == (pads[1] == 0 ? nil : 1))
    }
  }
}
