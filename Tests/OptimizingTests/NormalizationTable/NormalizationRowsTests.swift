import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// The rows of the table of what optimizers dissolve that concern LayerNormalization and its kin, one test
/// for each.
@Suite struct NormalizationRowsTests {
  /// Gain and offset of the norms that are left, all ones and zeros.
  private func hasNoTails(_ graph: Graph) -> Bool {
    graph.nodes.filter { $0.opName.hasSuffix("Normalization") }.allSatisfy { node in
      let first: Int = node.opName.contains("Residual") ? 2 : 1
      return node.inputs.dropFirst(first).enumerated().allSatisfy { index, id in
        guard let id, let values = graph[id].constant?.doubles else { return id == nil }
        return values.allSatisfy { $0 == (index == 0 ? 1 : 0) }
      }
    }
  }

  @Test("LN gain / offset into the next layers")
  func tails() throws {
    for isShared in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 5, 8], dimensions: [Dimension(symbol: "n"), 5, 8])
      let n = try script.add(LayerNormalizationOp.self, [], x, script.constant([8]), script.constant([8]))
      let shared: ValueID = script.constant([8, 6])
      var outputs: [ValueID] = []
      for _ in 0..<2 {
        let y = try script.add(MatMulOp.self, [], n, isShared ? shared : script.constant([8, 6]))
        outputs.append(try script.add(AddOp.self, [], y, script.constant([6])))
      }
      let graph = try script.graph(outputs[0], outputs[1])
      let result = try optimized(&script, graph)
      #expect(hasNoTails(result))
      #expect(result.histogram["LayerNormalization"] == 1)
    }
  }

  @Test("LN -> RMSNorm")
  func rootMeanSquare() throws {
    var script = TestGraph()
    let x = script.input([3, 6])
    let y = try script.add(GemmOp.self, [], x, script.constant([6, 8]), script.constant([8]))
    let n = try script.add(LayerNormalizationOp.self, [], y, script.constant([8]), script.constant([8]))
    let z = try script.add(GemmOp.self, [], n, script.constant([8, 4]), script.constant([4]))
    let graph = try script.graph(z)
    let result = try optimized(&script, graph)
    #expect(result.operators == ["Gemm", "RMSNormalization", "Gemm"])
    #expect(hasNoTails(result))
  }

  @Test("LN -> RMSNorm, with an offset that can't leave, is one pass too")
  func rootMeanSquareWithOffset() throws {
    for standardOnly in [false, true] {
      var script = TestGraph()
      let x = script.input([3, 6])
      let y = try script.add(GemmOp.self, [], x, script.constant([6, 8]), script.constant([8]))
      let n = try script.add(
        LayerNormalizationOp.self, [], y, script.constant([8], in: 0.5...2), script.constant([8]))
      let r = try script.add(ReluOp.self, [], n)
      let z = try script.add(GemmOp.self, [], r, script.constant([8, 4]), script.constant([4]))
      let graph = try script.graph(z)
      let result = try optimized(&script, graph, standardOnly: standardOnly)
      let norm = standardOnly ? "LayerNormalization" : "ngraph::OffsetRMSNormalization"
      #expect(result.operators == ["Gemm", norm, "Relu", "Gemm"])
      let gain = try #require(result.nodes[1].inputs[1])
      #expect(result[gain].constant?.doubles.allSatisfy { $0 == 1 } == true)
    }
  }

  @Test("scale / shift before LN; dead bias before InstanceNorm")
  func invariances() throws {
    var script = TestGraph(.float32)
    let x = script.input([3, 8])
    let scaled = try script.add(MulOp.self, [], x, script.constant([0.05], []))
    let shifted = try script.add(AddOp.self, [], scaled, script.constant([3], []))
    let n = try script.add(
      LayerNormalizationOp.self, [Attribute("epsilon", Float(0x1p-10))], shifted, script.constant([8]))
    let graph = try script.graph(n)
    #expect(try optimized(&script, graph, tolerance: 1e-5).operators == ["LayerNormalization"])

    var images = TestGraph()
    let y = try images.add(
      ConvOp.self, [], images.input([2, 3, 6, 6]), images.constant([4, 3, 3, 3]), images.constant([4]))
    let z = try images.add(InstanceNormalizationOp.self, [], y, images.constant([4]), images.constant([4]))
    let biased = try images.graph(z)
    let result = try optimized(&images, biased)
    #expect(result.operators == ["Conv", "InstanceNormalization"])
    #expect(result.nodes[0].inputs.count == 2)
  }

  @Test("two LNs of one tensor")
  func twoNormalizations() throws {
    var script = TestGraph()
    let x = script.input([3, 8])
    var branches: [ValueID] = []
    for _ in 0..<2 {
      let n = try script.add(LayerNormalizationOp.self, [], x, script.constant([8]), script.constant([8]))
      branches.append(try script.add(GemmOp.self, [], n, script.constant([8, 5]), script.constant([5])))
    }
    let graph = try script.graph(branches[0], branches[1])
    #expect(try optimized(&script, graph).histogram == ["LayerNormalization": 1, "Gemm": 2])
  }

  @Test("pre-LN residual, sum used twice")
  func residual() throws {
    var script = TestGraph()
    var stream = script.input([2, 5, 8])
    for _ in 0..<2 {
      let n = try script.add(
        LayerNormalizationOp.self, [], stream, script.constant([8]), script.constant([8]))
      let y = try script.add(MatMulOp.self, [], n, script.constant([8, 8]))
      let active = try script.add(TanhOp.self, [], try script.add(AddOp.self, [], y, script.constant([8])))
      stream = try script.add(AddOp.self, [], stream, active)
    }
    let last = try script.add(LayerNormalizationOp.self, [], stream, script.constant([8]))
    let graph = try script.graph(last, stream)
    let result = try optimized(&script, graph)
    #expect(result.histogram["ngraph::ResidualLayerNormalization"] == 2)
    // The biases of the products are the only sums that are left.
    #expect(result.histogram["Add"] == 2)
    let sums: [Bool] = result.nodes.filter { $0.opName.contains("Residual") }.map { $0.outputs[1] != nil }
    #expect(sums == [true, true])
  }

  @Test("channels-first LN")
  func channelsFirst() throws {
    for isDecomposed in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 3, 6, 6])
      let y = try script.add(ConvOp.self, [], x, script.constant([6, 3, 3, 3]), script.constant([6]))
      let n: ValueID
      if isDecomposed {
        var spelling = NormalizationSpelling()
        spelling.axes = [1]
        n = try script.tail(try script.decomposed(spelling, y), [6, 1, 1])
      } else {
        let turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 3, 1])], y)
        let normal = try script.add(
          LayerNormalizationOp.self, [], turned, script.constant([6]), script.constant([6]))
        n = try script.add(TransposeOp.self, [Attribute("perm", [0, 3, 1, 2])], normal)
      }
      let z = try script.add(ConvOp.self, [], n, script.constant([4, 6, 1, 1]), script.constant([4]))
      let graph = try script.graph(z)
      let result = try optimized(&script, graph)
      #expect(result.operators == ["Conv", "Transpose", "RMSNormalization", "Transpose", "Conv"])
      #expect(hasNoTails(result))
    }
  }
}
