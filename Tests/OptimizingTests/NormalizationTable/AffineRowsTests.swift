import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// The rows of the table of what optimizers dissolve that concern affine maps, one test for each: what is
/// left has no normalization, scale or shift where the algebra allows none.
@Suite struct AffineRowsTests {
  private static let padding: Attribute = Attribute("pads", [1, 1, 1, 1])

  @Test("Conv + BN, also grouped", arguments: [1, 2, 4], [true, false])
  func convolution(groups: Int, hasBias: Bool) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 5], dimensions: [Dimension(symbol: "n"), 4, Dimension(symbol: "h"), 5])
    let y = try script.add(
      ConvOp.self, [Attribute("group", groups), Self.padding], x, script.constant([8, 4 / groups, 3, 3]),
      hasBias ? script.constant([8]) : nil)
    let graph = try script.graph(try script.batchNormalization(y, 8))
    #expect(try optimized(&script, graph).operators == ["Conv"])
  }

  @Test("ConvTranspose + BN, grouped", arguments: [1, 2], [true, false])
  func transposedConvolution(groups: Int, hasBias: Bool) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 3, 3])
    let y = try script.add(
      ConvTransposeOp.self, [Attribute("group", groups), Attribute("strides", [2, 2])], x,
      script.constant([4, 6 / groups, 3, 3]), hasBias ? script.constant([6]) : nil)
    let graph = try script.graph(try script.batchNormalization(y, 6))
    #expect(try optimized(&script, graph).operators == ["ConvTranspose"])
  }

  @Test(
    "Gemm (alpha, beta) + BN", arguments: [nil, [], [5], [1, 5], [3, 1], [3, 5]] as [Shape?], [false, true])
  func gemm(bias: Shape?, transposes: Bool) throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let c: ValueID? = bias.map { script.constant($0) }
    let y = try script.add(
      GemmOp.self,
      [
        Attribute("alpha", Float(0.5)), Attribute("beta", Float(-2)), Attribute("transB", transposes),
      ], x, script.constant(transposes ? [5, 4] : [4, 5]), c)
    let graph = try script.graph(try script.batchNormalization(y, 5))
    #expect(try optimized(&script, graph).operators == ["Gemm"])
  }

  @Test("MatMul (+ Add) + BN; rank 3 with Transpose")
  func product() throws {
    for hasBias in [false, true] {
      var script = TestGraph()
      let x = script.input([3, 4])
      var y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
      if hasBias { y = try script.add(AddOp.self, [], script.constant([5]), y) }
      let graph = try script.graph(try script.batchNormalization(y, 5))
      #expect(try optimized(&script, graph).operators == ["Gemm"])

      var deep = TestGraph()
      let u = deep.input([2, 6, 4], dimensions: [Dimension(symbol: "n"), Dimension(symbol: "t"), 4])
      var v = try deep.add(MatMulOp.self, [], u, deep.constant([4, 5]))
      if hasBias { v = try deep.add(AddOp.self, [], v, deep.constant([5])) }
      let turned = try deep.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], v)
      let deepGraph = try deep.graph(try deep.batchNormalization(turned, 5))
      // Without an Add there is no place for the shift but one: an Add, as a bias.
      #expect(try optimized(&deep, deepGraph).operators == ["MatMul", "Add", "Transpose"])
    }
  }

  @Test("BN -> Conv without / with zero padding", arguments: [1, 2])
  func beforeConvolution(groups: Int) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 5], dimensions: [Dimension(symbol: "n"), 4, Dimension(symbol: "h"), 5])
    let y = try script.batchNormalization(x, 4)
    let z = try script.add(
      ConvOp.self, [Attribute("group", groups)], y, script.constant([4, 4 / groups, 3, 3]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Conv"])

    var padded = TestGraph()
    let u = padded.input([2, 4, 6, 5], dimensions: [Dimension(symbol: "n"), 4, 6, 5])
    let v = try padded.batchNormalization(u, 4)
    let w = try padded.add(
      ConvOp.self, [Attribute("group", groups), Self.padding], v, padded.constant([4, 4 / groups, 3, 3]))
    let paddedGraph = try padded.graph(w)
    // What the shift makes of the image with its border is a constant of the output's shape.
    let result = try optimized(&padded, paddedGraph)
    #expect(result.operators == ["Conv", "Add"])
    #expect(result[result.nodes[1].inputs[1]!].constant?.shape == [1, 4, 6, 5])
  }

  @Test("BN -> Gemm / MatMul / Flatten -> Gemm / pool -> Gemm")
  func beforeProducts() throws {
    var gemm = TestGraph()
    let a = try gemm.batchNormalization(gemm.input([3, 4]), 4)
    let gemmGraph = try gemm.graph(
      try gemm.add(GemmOp.self, [], a, gemm.constant([4, 5]), gemm.constant([5])))
    #expect(try optimized(&gemm, gemmGraph).operators == ["Gemm"])

    var product = TestGraph()
    let b = try product.batchNormalization(product.input([3, 4]), 4)
    let productGraph = try product.graph(try product.add(MatMulOp.self, [], b, product.constant([4, 5])))
    #expect(try optimized(&product, productGraph).operators == ["Gemm"])

    var flat = TestGraph()
    let c = try flat.batchNormalization(flat.input([3, 4, 2, 2]), 4)
    let d = try flat.add(FlattenOp.self, [], c)
    let flatGraph = try flat.graph(try flat.add(GemmOp.self, [], d, flat.constant([16, 5])))
    #expect(try optimized(&flat, flatGraph).operators == ["Flatten", "Gemm"])

    for (pool, axes) in [(GlobalAveragePoolOp.self, nil), (ReduceMeanOp.self, [2, 3])]
      as [(
        any OperatorDefinition.Type, [Int]?
      )]
    {
      var pooled = TestGraph()
      let e = try pooled.batchNormalization(pooled.input([3, 4, 2, 2]), 4)
      let f = try pooled.add(pool, [], e, axes.map { pooled.integers($0) })
      let g = try pooled.add(FlattenOp.self, [], f)
      let pooledGraph = try pooled.graph(try pooled.add(GemmOp.self, [], g, pooled.constant([4, 5])))
      #expect(try optimized(&pooled, pooledGraph).operators == [pool.schema.name, "Flatten", "Gemm"])
    }
  }

  @Test("BN -> ReLU -> Conv; Conv -> pool -> BN; Convs -> Concat -> BN")
  func acrossLayers() throws {
    var before = TestGraph()
    let a = try before.batchNormalization(before.input([1, 4, 5, 5]), 4, gains: 0.1...2)
    let b = try before.add(ReluOp.self, [], a)
    let beforeGraph = try before.graph(
      try before.add(ConvOp.self, [Self.padding], b, before.constant([4, 4, 3, 3])))
    // A shift before the Relu is what the algebra leaves.
    #expect(try optimized(&before, beforeGraph).operators == ["Add", "Relu", "Conv"])

    var mixed = TestGraph()
    let c = try mixed.add(ConvOp.self, [], mixed.input([1, 4, 5, 5]), mixed.constant([4, 4, 1, 1]))
    let d = try mixed.add(ReluOp.self, [], try mixed.batchNormalization(c, 4))
    let mixedGraph = try mixed.graph(try mixed.add(ConvOp.self, [], d, mixed.constant([4, 4, 3, 3])))
    #expect(try optimized(&mixed, mixedGraph).operators == ["Conv", "Relu", "Conv"])

    for pool in [MaxPoolOp.self, AveragePoolOp.self, GlobalAveragePoolOp.self]
      as [any OperatorDefinition.Type]
    {
      var pooled = TestGraph()
      let e = try pooled.add(ConvOp.self, [], pooled.input([1, 3, 5, 5]), pooled.constant([4, 3, 1, 1]))
      let window: [Attribute] = pool == GlobalAveragePoolOp.self ? [] : [Attribute("kernel_shape", [2, 2])]
      let f = try pooled.add(pool, window, e)
      let pooledGraph = try pooled.graph(try pooled.batchNormalization(f, 4, gains: 0.1...2))
      #expect(try optimized(&pooled, pooledGraph).operators == ["Conv", pool.schema.name])
    }

    var joined = TestGraph()
    let x = joined.input([1, 3, 5, 5])
    let g = try joined.add(ConvOp.self, [], x, joined.constant([2, 3, 1, 1]))
    let h = try joined.add(
      ConvOp.self, [Self.padding], x, joined.constant([4, 3, 3, 3]), joined.constant([4]))
    let i = try joined.add(ConcatOp.self, [Attribute("axis", 1)], g, h)
    let joinedGraph = try joined.graph(try joined.batchNormalization(i, 6))
    #expect(try optimized(&joined, joinedGraph).operators == ["Conv", "Conv", "Concat"])
  }

  @Test("int8 weights keep their codes under BN")
  func codes() throws {
    var script = TestGraph(.float32)
    let codes = Tensor((0..<24).map { Int8($0 * 7 % 100 - 50) }, [6, 4, 1, 1])
    let w = try script.add(
      DequantizeLinearOp.self, [], script.constant(codes), script.constant([0.02], []))
    let y = try script.add(ConvOp.self, [], script.input([2, 4, 3, 3]), w, script.constant([6]))
    let graph = try script.graph(try script.batchNormalization(y, 6, gains: 0.1...2))
    let result = try optimized(&script, graph, tolerance: 1e-5)
    #expect(result.operators == ["DequantizeLinear", "Conv"])
    #expect(result[result.nodes[0].inputs[0]!].constant!.elements(Int8.self) == codes.elements(Int8.self))
  }

  @Test("BN after BN, with no layer between")
  func twice() throws {
    var script = TestGraph()
    let x = script.input([2, 4, 5, 5])
    let y = try script.batchNormalization(try script.batchNormalization(x, 4), 4)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["BatchNormalization"])

    var scales = TestGraph()
    var value: ValueID = scales.input([2, 4, 5, 5])
    value = try scales.add(MulOp.self, [], value, scales.constant([4, 1, 1]))
    value = try scales.add(AddOp.self, [], value, scales.constant([4, 1, 1]))
    value = try scales.add(MulOp.self, [], value, scales.constant([]))
    value = try scales.add(SubOp.self, [], scales.constant([1, 4, 1, 1]), value)
    value = try scales.add(DivOp.self, [], value, scales.constant([4, 1, 1], in: 1...2))
    let scalesGraph = try scales.graph(value)
    #expect(try optimized(&scales, scalesGraph).operators == ["BatchNormalization"])

    var between = TestGraph()
    let u = between.input([2, 3, 5, 5])
    let v = try between.add(ConvOp.self, [], u, between.constant([4, 3, 1, 1]))
    let w = try between.batchNormalization(try between.batchNormalization(v, 4), 4)
    let betweenGraph = try between.graph(w)
    #expect(try optimized(&between, betweenGraph).operators == ["Conv"])
  }
}
