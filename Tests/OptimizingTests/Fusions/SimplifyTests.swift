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
}
