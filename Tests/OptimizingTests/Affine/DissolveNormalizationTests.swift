import Graphs
import Operators
import Tensors
import TestSupport
import Testing

extension TestGraph {
  /// A BatchNormalization of `channels` with random statistics and, where wanted, gains of one sign.
  mutating func batchNormalization(_ x: ValueID, _ channels: Int, gains: ClosedRange<Double> = -2...2) throws
    -> ValueID
  {
    try add(
      BatchNormalizationOp.self, [], x, constant([channels], in: gains), constant([channels]),
      constant([channels]), constant([channels], in: 0.1...2))
  }
}

@Suite struct DissolveNormalizationTests {
  @Test("Conv + BN, also grouped, with and without a bias", arguments: [1, 2], [true, false])
  func convThenNorm(groups: Int, hasBias: Bool) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 5], dimensions: [Dimension(symbol: "n"), 4, Dimension(symbol: "h"), 5])
    let y = try script.add(
      ConvOp.self, [Attribute("group", groups), Attribute("pads", [1, 1, 1, 1])], x,
      script.constant([6, 4 / groups, 3, 3]), hasBias ? script.constant([6]) : nil)
    let z = try script.batchNormalization(y, 6)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Conv"])
  }

  @Test("ConvTranspose + BN, grouped", arguments: [1, 2])
  func transposedThenNorm(groups: Int) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 3, 3])
    let y = try script.add(
      ConvTransposeOp.self, [Attribute("group", groups), Attribute("strides", [2, 2])], x,
      script.constant([4, 6 / groups, 3, 3]))
    let z = try script.batchNormalization(y, 6)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["ConvTranspose"])
  }

  @Test("BN before a convolution without padding goes into it, also grouped", arguments: [1, 2])
  func normThenConv(groups: Int) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 5])
    let y = try script.batchNormalization(x, 4)
    let z = try script.add(
      ConvOp.self, [Attribute("group", groups), Attribute("dilations", [2, 1])], y,
      script.constant([6, 4 / groups, 2, 3]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Conv"])
  }

  @Test("BN between two convolutions that another one also reads stays whole where nobody can take it")
  func sharedInput() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 5, 5])
    let y = try script.add(ConvOp.self, [], x, script.constant([3, 3, 1, 1]))
    let z = try script.batchNormalization(y, 3)
    let out = try script.add(SigmoidOp.self, [], z)
    let graph = try script.graph(y, out)
    #expect(try optimized(&script, graph).histogram == ["Conv": 1, "BatchNormalization": 1, "Sigmoid": 1])
  }

  @Test("BN, Relu, Conv: the scale goes into the convolution, a shift stays before the Relu")
  func preActivation() throws {
    var script = TestGraph()
    let x = script.input([1, 4, 5, 5])
    let y = try script.batchNormalization(x, 4, gains: 0.1...2)
    let relu = try script.add(ReluOp.self, [], y)
    let z = try script.add(
      ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], relu, script.constant([2, 4, 3, 3]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Add", "Relu", "Conv"])
  }

  @Test("BN in training mode is left alone")
  func training() throws {
    var script = TestGraph()
    let x = script.input([4, 3, 5, 5])
    let y = try script.add(ConvOp.self, [], x, script.constant([3, 3, 1, 1]))
    let z = try script.add(
      BatchNormalizationOp.self, [Attribute("training_mode", true)], y, script.constant([3]),
      script.constant([3]),
      script.constant([3]), script.constant([3], in: 0.5...1))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).histogram["BatchNormalization"] == 1)
  }

  @Test("MatMul (+ Add) + BN on its columns dissolves; BN on another axis of equal extent does not")
  func matMulThenNorm() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
    let sum = try script.add(AddOp.self, [], y, script.constant([5]))
    let z = try script.batchNormalization(sum, 5)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Gemm"])

    var other = TestGraph()
    let u = other.input([2, 5, 4])
    let v = try other.add(MatMulOp.self, [], u, other.constant([4, 5]))
    let w = try other.batchNormalization(v, 5)
    let stays = try other.graph(w)
    #expect(try optimized(&other, stays).histogram["BatchNormalization"] == 1)
  }

  @Test("MatMul of rank 3, transposed, then BN: the axis is followed through the transposition")
  func transposedProduct() throws {
    var script = TestGraph()
    let x = script.input([2, 5, 4])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 6]))
    let sum = try script.add(AddOp.self, [], y, script.constant([6]))
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], sum)
    let z = try script.batchNormalization(turned, 6)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["MatMul", "Add", "Transpose"])
  }

  @Test("The gain and offset of a LayerNormalization go into every product that uses it")
  func gainIntoAllUsers() throws {
    var script = TestGraph()
    let x = script.input([2, 5, 8], dimensions: [Dimension(symbol: "n"), Dimension(symbol: "t"), 8])
    let n = try script.add(LayerNormalizationOp.self, [], x, script.constant([8]), script.constant([8]))
    var outputs: [ValueID] = []
    for _ in 0..<3 {
      let y = try script.add(MatMulOp.self, [], n, script.constant([8, 6]))
      outputs.append(try script.add(AddOp.self, [], y, script.constant([6])))
    }
    let graph = try script.graph(outputs[0], outputs[1], outputs[2])
    let result = try optimized(&script, graph)
    let norm = try #require(result.nodes.first { $0.opName == "LayerNormalization" })
    #expect(result[norm.inputs[1]!].constant!.doubles.allSatisfy { $0 == 1 })
    #expect(result[norm.inputs[2]!].constant!.doubles.allSatisfy { $0 == 0 })
    #expect(result.nodes.count == graph.nodes.count)
  }

  @Test("A gain that a residual sum also reads stays")
  func gainStaysForResidual() throws {
    var script = TestGraph()
    let x = script.input([2, 8])
    let n = try script.add(LayerNormalizationOp.self, [], x, script.constant([8]), script.constant([8]))
    let y = try script.add(GemmOp.self, [], n, script.constant([8, 8]))
    let z = try script.add(AddOp.self, [], y, n)
    let graph = try script.graph(z)
    let result = try optimized(&script, graph)
    let norm = try #require(result.nodes.first { $0.opName == "LayerNormalization" })
    #expect(result[norm.inputs[1]!].constant!.doubles == graph[graph.nodes[0].inputs[1]!].constant!.doubles)
  }
}
