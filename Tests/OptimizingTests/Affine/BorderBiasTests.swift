import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// A shift before a convolution that pads with zeros: the border does not see it.
@Suite struct BorderBiasTests {
  /// Attributes of a convolution of [2, 4, extents] with a kernel of 3, or as said.
  struct Form: Sendable, CustomTestStringConvertible {
    var extents: [Int] = [6, 5]
    var kernel: [Int] = [3, 3]
    var groups: Int = 1
    var attributes: [Attribute]
    var testDescription: String

    init(
      _ description: String, _ attributes: [Attribute], extents: [Int] = [6, 5], kernel: [Int] = [3, 3],
      groups: Int = 1
    ) {
      testDescription = description
      self.attributes = attributes + [Attribute("group", groups)]
      self.extents = extents
      self.kernel = kernel
      self.groups = groups
    }
  }

  static let forms: [Form] = [
    Form("pads of 1", [Attribute("pads", [1, 1, 1, 1])]),
    Form("uneven pads, groups", [Attribute("pads", [2, 0, 0, 1])], groups: 2),
    Form("strides", [Attribute("pads", [1, 1, 1, 1]), Attribute("strides", [2, 3])]),
    Form("dilations", [Attribute("pads", [2, 2, 2, 2]), Attribute("dilations", [2, 2])], groups: 4),
    Form(
      "SAME_UPPER", [Attribute("auto_pad", "SAME_UPPER"), Attribute("strides", [2, 2])], kernel: [3, 2]),
    Form("SAME_LOWER", [Attribute("auto_pad", "SAME_LOWER")], kernel: [2, 4]),
    Form("one axis", [Attribute("pads", [2, 1])], extents: [9], kernel: [4]),
    Form("three axes", [Attribute("pads", [1, 0, 1, 0, 1, 1])], extents: [3, 4, 3], kernel: [2, 2, 3]),
  ]

  @Test("A shift before a padded convolution is added after it, with its border", arguments: forms)
  func convolution(_ form: Form) throws {
    var script = TestGraph()
    let x = script.input(
      Shape([2, 4] + form.extents),
      dimensions: [Dimension(symbol: "n"), 4] + form.extents.map { Dimension($0) })
    let y = try script.batchNormalization(x, 4)
    let z = try script.add(
      ConvOp.self, form.attributes, y, script.constant(Shape([4, 4 / form.groups] + form.kernel)),
      script.constant([4]))
    let graph = try script.graph(z)
    let result = try optimized(&script, graph)
    #expect(result.operators == ["Conv", "Add"])
    #expect(result[result.nodes[1].inputs[1]!].constant!.shape == Shape([1] + z.extents(graph).dropFirst()))
  }

  @Test("A shift stays before a padded convolution that makes more of its input")
  func growingConvolution() throws {
    var script = TestGraph()
    let y = try script.batchNormalization(script.input([2, 4, 6, 5]), 4)
    let z = try script.add(
      ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], y, script.constant([5, 4, 3, 3]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Add", "Conv"])
  }

  @Test("Folding such a shift into the bias alone would be wrong by more than half")
  func naiveFolding() throws {
    var script = TestGraph(seed: 7)
    let x = script.input([1, 4, 4, 4])
    let w = script.constant([4, 4, 3, 3], in: 0.1...1)
    let shifted = try script.add(AddOp.self, [], x, script.constant([4, 1, 1], in: 1...2))
    let y = try script.add(ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], shifted, w)
    let graph = try script.graph(y)
    let constants: [Double] = graph[graph.nodes[0].inputs[1]!].constant!.doubles
    let weights: [Double] = graph[w].constant!.doubles
    let bias: [Double] = (0..<4).map { o in
      (0..<36).reduce(0) { $0 + weights[o * 36 + $1] * constants[$1 / 9] }
    }
    let zero: [Value?] = [.tensor(Tensor([Double](repeating: 0, count: 64), [1, 4, 4, 4]))]
    let exact: [Double] = try graph.run(zero)[0].doubles
    let corner: Double = abs(exact[0] - bias[0]) / abs(exact[0])
    #expect(corner > 0.5)
    #expect(try optimized(&script, graph).operators == ["Add", "Conv"])
  }

  @Test("A shift before a padded convolution of an image of unknown extents stays, its scale goes")
  func unknownExtents() throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 5], dimensions: [2, 4, Dimension(symbol: "h"), 5])
    let y = try script.batchNormalization(x, 4)
    let z = try script.add(
      ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], y, script.constant([2, 4, 3, 3]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Add", "Conv"])
  }

  @Test("Two padded convolutions of one shifted value leave it where it is, as two sums would cost more")
  func twoReaders() throws {
    var script = TestGraph()
    let y = try script.batchNormalization(script.input([2, 4, 6, 5]), 4)
    var outputs: [ValueID] = []
    for _ in 0..<2 {
      outputs.append(
        try script.add(ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], y, script.constant([4, 4, 3, 3])))
    }
    let graph = try script.graph(outputs[0], outputs[1])
    #expect(try optimized(&script, graph).operators == ["Add", "Conv", "Conv"])
  }

  @Test("A shift before a transposed convolution is added after it where that is less", arguments: [1, 2])
  func transposedConvolution(groups: Int) throws {
    for attributes in [
      [Attribute("pads", [1, 1, 1, 1])],
      [
        Attribute("strides", [2, 2]), Attribute("pads", [2, 2, 2, 2]), Attribute("output_padding", [1, 1]),
      ],
    ] {
      var script = TestGraph()
      let y = try script.batchNormalization(script.input([2, 6, 4, 4]), 6)
      let z = try script.add(
        ConvTransposeOp.self, attributes + [Attribute("group", groups)], y,
        script.constant([6, 2 / groups, 3, 3]))
      let graph = try script.graph(z)
      #expect(try optimized(&script, graph).operators == ["ConvTranspose", "Add"])
    }
  }

  @Test("A shift before a transposed convolution of one tap is one of its bias")
  func oneTap() throws {
    var script = TestGraph()
    let y = try script.batchNormalization(script.input([2, 4, 3, 3]), 4)
    let z = try script.add(ConvTransposeOp.self, [], y, script.constant([4, 2, 1, 1]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["ConvTranspose"])
  }

  @Test(
    "A shift before a product of rank 3 is added after it where that is less, also with matrices in front")
  func products() throws {
    var script = TestGraph()
    let y = try script.add(
      MulOp.self, [], try script.add(AddOp.self, [], script.input([2, 3, 8]), script.constant([8])),
      script.constant([8]))
    let graph = try script.graph(try script.add(MatMulOp.self, [], y, script.constant([8, 2])))
    #expect(try optimized(&script, graph).operators == ["MatMul", "Add"])

    var batched = TestGraph()
    let u = try batched.batchNormalization(batched.input([2, 8, 3]), 8)
    let v = try batched.add(MatMulOp.self, [], batched.constant([2, 4, 8]), u)
    let batchedGraph = try batched.graph(v)
    #expect(try optimized(&batched, batchedGraph).operators == ["MatMul", "Add"])

    var after = TestGraph()
    let m = try after.add(MatMulOp.self, [], after.constant([4, 8]), after.input([2, 8, 3]))
    let afterGraph = try after.graph(try after.add(TanhOp.self, [], try after.batchNormalization(m, 4)))
    #expect(try optimized(&after, afterGraph).operators == ["MatMul", "Add", "Tanh"])
  }
}

extension ValueID {
  fileprivate func extents(_ graph: Graph) -> [Int] {
    graph[self].type?.dimensions?.map { $0.value ?? 0 } ?? []
  }
}
