import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Mistakes that optimizers have made with affine maps: each is a graph that came out wrong somewhere.
@Suite struct AffineMistakesTests {
  @Test("const - Conv(x) keeps its sign")
  func constantMinusConvolution() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 5, 5])
    let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 3, 3]), script.constant([4]))
    let z = try script.add(SubOp.self, [], script.constant([4, 1, 1]), y)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Conv"])
  }

  @Test("const / Conv(x) is no affine map")
  func constantOverConvolution() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 5, 5])
    let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 3, 3]), script.constant([4]))
    let z = try script.add(DivOp.self, [], script.constant([4, 1, 1]), y)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Conv", "Div"])
  }

  @Test("Gains of a grouped ConvTranspose go to their own channels", arguments: [1, 2, 3, 6])
  func groupedTransposedGains(groups: Int) throws {
    var script = TestGraph()
    let x = script.input([1, 6, 3, 3])
    let y = try script.add(
      ConvTransposeOp.self, [Attribute("group", groups), Attribute("strides", [2, 2])], x,
      script.constant([6, 2, 3, 3]))
    let z = try script.batchNormalization(y, 2 * groups)
    let graph = try script.graph(z)
    let result = try optimized(&script, graph)
    #expect(result.operators == ["ConvTranspose"])
    let (before, after) = (
      graph[graph.nodes[0].inputs[1]!].constant!.doubles, result[result.nodes[0].inputs[1]!].constant!.doubles
    )
    // Every weight of one output channel has the same gain.
    let gains: [Double] = zip(before, after).map { $1 / $0 }
    for index in gains.indices {
      let (channel, feature) = (index / 18, index / 9 % 2)
      let first: Int = channel / (6 / groups) * (6 / groups) * 18 + feature * 9
      #expect(abs(gains[index] - gains[first]) < 1e-12)
    }
  }

  @Test("BN in training mode is not folded with the running statistics", arguments: [1, 3])
  func trainingMode(outputCount: Int) throws {
    var script = TestGraph()
    let x = script.input([4, 3, 5, 5])
    let y = try script.add(ConvOp.self, [], x, script.constant([3, 3, 1, 1]))
    let outputs = try script.add(
      BatchNormalizationOp.self, [Attribute("training_mode", true)],
      inputs: [
        y, script.constant([3]), script.constant([3]), script.constant([3]),
        script.constant([3], in: 0.5...1),
      ], outputCount: outputCount)
    script.setOutputs(outputs)
    let graph = try script.inferred()
    #expect(try optimized(&script, graph).histogram["BatchNormalization"] == 1)
  }

  @Test(
    "Gemm's beta is applied once, before or after a map", arguments: [0, 0.5, -2] as [Float], [true, false])
  func betaOnce(beta: Float, isBefore: Bool) throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    var value: ValueID = x
    if isBefore { value = try script.batchNormalization(value, 4) }
    value = try script.add(
      GemmOp.self, [Attribute("alpha", Float(0.25)), Attribute("beta", beta)], value,
      script.constant([4, 5]),
      script.constant([5]))
    if !isBefore { value = try script.batchNormalization(value, 5) }
    let twice = try script.add(MulOp.self, [], value, script.constant([5]))
    let graph = try script.graph(twice)
    #expect(try optimized(&script, graph).operators == ["Gemm"])
  }

  @Test("BN on the rows of a MatMul stays, though there are as many rows as columns")
  func wrongAxis() throws {
    var script = TestGraph()
    let x = script.input([2, 5, 4])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
    let z = try script.batchNormalization(y, 5)
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["MatMul", "BatchNormalization"])
  }

  @Test("A map of a transposed square product goes along the axis that the transposition moved")
  func wrongAxisOfTransposition() throws {
    for turns in [false, true] {
      var script = TestGraph()
      let x = script.input([5, 4])
      var y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
      if turns { y = try script.add(TransposeOp.self, [], y) }
      let z = try script.add(MulOp.self, [], y, script.constant([5, 1]))
      let end = try script.add(TanhOp.self, [], z)
      let graph = try script.graph(end)
      #expect(
        try optimized(&script, graph).operators
          == (turns ? ["MatMul", "Transpose", "Tanh"] : ["MatMul", "Mul", "Tanh"]))
    }
  }

  @Test("Weights of float16 are folded in double precision: at most half a unit in the last place")
  func halfPrecision() throws {
    var script = TestGraph(.float16, seed: 5)
    let x = script.input([1, 32])
    let (w, c) = (script.constant([32, 32]), script.constant([32]))
    let (gain, offset) = (script.constant([32], in: 0.1...3), script.constant([32]))
    let (mean, variance) = (script.constant([32]), script.constant([32], in: 0.01...3))
    let y = try script.add(GemmOp.self, [], x, w, c)
    let z = try script.add(BatchNormalizationOp.self, [], y, gain, offset, mean, variance)
    let graph = try script.graph(z)
    let result = try optimized(&script, graph, tolerance: 0.01)
    #expect(result.operators == ["Gemm"])
    func numbers(_ value: ValueID) -> [Double] { graph[value].constant!.doubles }
    let scale: [Double] = zip(numbers(gain), numbers(variance)).map {
      $0 / ($1 + Double(Float(1e-5))).squareRoot()
    }
    let weights: [Half] = result[result.nodes[0].inputs[1]!].constant!.elements(Half.self)
    let (before, bias) = (numbers(w), numbers(c))
    for index in weights.indices { #expect(weights[index] == Half(before[index] * scale[index % 32])) }
    let terms: [Half] = result[result.nodes[0].inputs[2]!].constant!.elements(Half.self)
    let (offsets, means) = (numbers(offset), numbers(mean))
    for index in terms.indices {
      let exact: Double = bias[index] * scale[index] + (offsets[index] - scale[index] * means[index])
      #expect(terms[index] == Half(exact))
    }
  }
}
