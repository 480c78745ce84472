import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct NormalizationInvarianceTests {
  @Test(
    "A scale and shift of everything before a LayerNormalization goes into its epsilon and the sign of its gain"
  )
  func layer() throws {
    for scale in [0.05, -0.05, 3, -1] {
      var script = TestGraph(.float32)
      let x = script.input([3, 8])
      let scaled = try script.add(MulOp.self, [], x, script.constant([scale], []))
      let shifted = try script.add(AddOp.self, [], scaled, script.constant([0.7], []))
      let y = try script.add(
        LayerNormalizationOp.self, [Attribute("epsilon", Float(0x1p-10))], shifted, script.constant([8]),
        script.constant([8]))
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph, tolerance: 1e-5).operators == ["LayerNormalization"])
    }
  }

  @Test("A shift along another axis than the normalized one is not seen, a scale along it is")
  func otherAxis() throws {
    for scales in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 4, 8])
      let mapped = try script.add(
        scales ? MulOp.self : AddOp.self, [], x, script.constant([4, 1], in: 0.5...2))
      let y = try script.add(LayerNormalizationOp.self, [], mapped, script.constant([8]))
      let graph = try script.graph(y)
      #expect(
        try optimized(&script, graph).operators
          == (scales ? ["Mul", "LayerNormalization"] : ["LayerNormalization"]))
    }
  }

  @Test("RMSNormalization does not see a scale of everything; it sees a shift")
  func rootMeanSquare() throws {
    var script = TestGraph(.float32)
    let x = script.input([3, 8])
    let scaled = try script.add(MulOp.self, [], x, script.constant([-0.05], []))
    let y = try script.add(RMSNormalizationOp.self, [], scaled, script.constant([8]))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph, tolerance: 1e-5).operators == ["RMSNormalization"])

    var other = TestGraph()
    let shifted = try other.add(AddOp.self, [], other.input([3, 8]), other.constant([0.5], []))
    let z = try other.add(RMSNormalizationOp.self, [], shifted, other.constant([8]))
    let stays = try other.graph(z)
    #expect(try optimized(&other, stays).operators == ["Add", "RMSNormalization"])
  }

  @Test("InstanceNormalization does not see a shift per channel, nor scales of one magnitude; others stay")
  func instance() throws {
    for (scales, stays) in [([2, -2, 2, -2], false), ([2, -2, 1, -2], true)] as [([Double], Bool)] {
      var script = TestGraph()
      let x = script.input([2, 4, 3, 5])
      let scaled = try script.add(MulOp.self, [], x, script.constant(scales, [4, 1, 1]))
      let shifted = try script.add(AddOp.self, [], scaled, script.constant([4, 1, 1]))
      let y = try script.add(
        InstanceNormalizationOp.self, [], shifted, script.constant([4]), script.constant([4]))
      let graph = try script.graph(y)
      #expect(
        try optimized(&script, graph, tolerance: 1e-9).operators
          == (stays ? ["Mul", "InstanceNormalization"] : ["InstanceNormalization"]))
    }
  }

  @Test("GroupNormalization does not see a shift that a group shares; one that differs within a group stays")
  func group() throws {
    for (shifts, stays) in [([2, 2, -1, -1], false), ([2, 1, -1, -1], true)] as [([Double], Bool)] {
      var script = TestGraph()
      let x = script.input([2, 4, 3, 5])
      let shifted = try script.add(AddOp.self, [], x, script.constant(shifts, [4, 1, 1]))
      let y = try script.add(
        GroupNormalizationOp.self, [Attribute("num_groups", 2)], shifted, script.constant([4]),
        script.constant([4]))
      let graph = try script.graph(y)
      #expect(
        try optimized(&script, graph).operators
          == (stays ? ["Add", "GroupNormalization"] : ["GroupNormalization"]))
    }
  }

  @Test("BN in training mode does not see a shift per channel, unless its running mean is read")
  func training() throws {
    var script = TestGraph()
    let x = script.input([4, 3, 5])
    let shifted = try script.add(AddOp.self, [], x, script.constant([3, 1]))
    let y = try script.add(
      BatchNormalizationOp.self, [Attribute("training_mode", true)], shifted, script.constant([3]),
      script.constant([3]), script.constant([3]), script.constant([3], in: 0.5...1))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["BatchNormalization"])
  }

  @Test("Softmax does not see a shift that is the same along its axis; along the axis it stays")
  func softmax() throws {
    for shape in [[4, 1], [], [5]] as [Shape] {
      var script = TestGraph()
      let x = script.input([3, 4, 5])
      let shifted = try script.add(AddOp.self, [], x, script.constant(shape))
      let y = try script.add(SoftmaxOp.self, [], shifted)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == (shape == [5] ? ["Add", "Softmax"] : ["Softmax"]))
    }
  }

  @Test(
    "The bias of a convolution before an InstanceNormalization goes, also through a scale; before an activation it stays"
  )
  func deadBias() throws {
    for isSeen in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 3, 6, 6])
      let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 3, 3]), script.constant([4]))
      let between = isSeen ? try script.add(SigmoidOp.self, [], y) : y
      let z = try script.add(
        InstanceNormalizationOp.self, [], between, script.constant([4]), script.constant([4]))
      let graph = try script.graph(z)
      let result = try optimized(&script, graph)
      #expect(result.nodes[0].inputs.count == (isSeen ? 3 : 2))
    }
  }

  @Test("A bias that one user sees stays for all")
  func biasOfTwoUsers() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 6, 6])
    let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 3, 3]), script.constant([4]))
    let z = try script.add(InstanceNormalizationOp.self, [], y, script.constant([4]), script.constant([4]))
    let other = try script.add(SigmoidOp.self, [], y)
    let graph = try script.graph(z, other)
    #expect(try optimized(&script, graph).nodes[0].inputs.count == 3)
  }

  @Test("In float64 a scale goes only where the corrected epsilon is a float32 exactly")
  func epsilonOfWideElements() throws {
    for (scale, stays) in [(0.25, false), (0.3, true)] {
      var script = TestGraph()
      let scaled = try script.add(MulOp.self, [], script.input([3, 8]), script.constant([scale], []))
      let y = try script.add(LayerNormalizationOp.self, [], scaled, script.constant([8]))
      let graph = try script.graph(y)
      #expect(
        try optimized(&script, graph).operators
          == (stays ? ["Mul", "LayerNormalization"] : ["LayerNormalization"]))
    }
  }
}
