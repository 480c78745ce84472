import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Maps across operators that a table of cases does not show: signs, joins, picked parts, conversions,
/// products.
@Suite struct CrossingExamplesTests {
  @Test("A negation is a scale by -1, dissolved like any other")
  func negation() throws {
    var script = TestGraph()
    let y = try script.add(ConvOp.self, [], script.input([1, 3, 4, 4]), script.constant([4, 3, 1, 1]))
    let graph = try script.graph(try script.add(TanhOp.self, [], try script.add(NegOp.self, [], y)))
    #expect(try optimized(&script, graph).operators == ["Conv", "Tanh"])
  }

  @Test("The scale of a product of two values goes into the layer that makes one of them")
  func dynamicProduct() throws {
    for (shape, remaining) in [([], 0), ([5, 1], 0), ([1, 6], 0), ([2, 1, 1], 1)] as [(Shape, Int)] {
      var script = TestGraph()
      let (x, z) = (script.input([2, 5, 4]), script.input([2, 4, 6]))
      let a = try script.add(MatMulOp.self, [], x, script.constant([4, 3]))
      let turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], a)
      let b = try script.add(MatMulOp.self, [], script.constant([3, 4]), z)
      let left = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], turned)
      let product = try script.add(MatMulOp.self, [], left, b)
      // The rows come from x, whose rows no weights have.
      let isRows: Bool = shape == [5, 1]
      let scaled = try script.add(DivOp.self, [], product, script.constant(shape, in: 1...2))
      let graph = try script.graph(try script.add(TanhOp.self, [], scaled))
      let result = try optimized(&script, graph)
      let columns: Bool = shape == [1, 6]
      #expect(result.histogram["Div", default: 0] == (isRows || columns ? 1 : remaining), "\(shape)")
    }
  }

  @Test("A scale of one of several picked parts goes into the layer that makes all of them")
  func pickedParts() throws {
    for overlap in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 5, 4])
      let packed = try script.add(
        AddOp.self, [], try script.add(MatMulOp.self, [], x, script.constant([4, 18])), script.constant([18]))
      let parted = try script.add(ReshapeOp.self, [], packed, script.integers([2, 5, 3, 6]))
      let turned = try script.add(TransposeOp.self, [Attribute("perm", [2, 0, 1, 3])], parted)
      var parts: [ValueID] = []
      for index in [0, overlap ? 0 : 1, 2] {
        let position = script.constant(Tensor(scalar: Int64(index)))
        parts.append(try script.add(GatherOp.self, [], turned, position))
      }
      let query = try script.add(MulOp.self, [], parts[0], script.constant([0.5], []))
      let key = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], parts[1])
      let scores = try script.add(SoftmaxOp.self, [], try script.add(MatMulOp.self, [], query, key))
      let graph = try script.graph(try script.add(MatMulOp.self, [], scores, parts[2]))
      #expect(try optimized(&script, graph).histogram["Mul"] == (overlap ? 1 : nil))
    }
  }

  @Test("A normalization after a product that was transposed or reshaped goes into its columns")
  func reshapedProducts() throws {
    var turned = TestGraph()
    let x = turned.input([2, 5, 4], dimensions: [Dimension(symbol: "n"), 5, 4])
    let y = try turned.add(
      AddOp.self, [], try turned.add(MatMulOp.self, [], x, turned.constant([4, 6])), turned.constant([6]))
    let z = try turned.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], y)
    let image = try turned.add(ReshapeOp.self, [], z, turned.integers([0, 6, 5, 1]))
    let turnedGraph = try turned.graph(
      try turned.add(TanhOp.self, [], try turned.batchNormalization(image, 6)))
    #expect(
      try optimized(&turned, turnedGraph).operators == ["MatMul", "Add", "Transpose", "Reshape", "Tanh"])

    // As generators begin: each number is one for all pixels of a channel.
    var generator = TestGraph()
    let noise = generator.input([3, 4], dimensions: [Dimension(symbol: "n"), 4])
    let rows = try generator.add(GemmOp.self, [], noise, generator.constant([4, 24]))
    let pixels = try generator.add(ReshapeOp.self, [], rows, generator.integers([-1, 6, 2, 2]))
    let generatorGraph = try generator.graph(
      try generator.add(ReluOp.self, [], try generator.batchNormalization(pixels, 6)))
    #expect(try optimized(&generator, generatorGraph).operators == ["Gemm", "Reshape", "Relu"])

    // Rows of a batch are no columns, whatever their number.
    var batch = TestGraph()
    let wide = try batch.add(GemmOp.self, [], batch.input([6, 4]), batch.constant([4, 6]))
    let columns = try batch.add(ReshapeOp.self, [], wide, batch.integers([1, 6, 6]))
    let batchGraph = try batch.graph(try batch.add(TanhOp.self, [], try batch.batchNormalization(columns, 6)))
    #expect(
      try optimized(&batch, batchGraph).operators == ["Gemm", "Reshape", "BatchNormalization", "Tanh"])
  }

  @Test("A map of one part of a joined value goes into the layer that reads it, and the others keep theirs")
  func throughOneBranch() throws {
    var script = TestGraph()
    let (x, other) = (script.input([1, 3, 4, 4]), script.input([1, 2, 4, 4]))
    let y = try script.batchNormalization(x, 3)
    let joined = try script.add(ConcatOp.self, [Attribute("axis", 1)], other, y, y)
    let graph = try script.graph(try script.add(ConvOp.self, [], joined, script.constant([4, 8, 1, 1])))
    #expect(try optimized(&script, graph).operators == ["Concat", "Conv"])

    var rows = TestGraph()
    let (u, v) = (rows.input([1, 3, 4, 4]), rows.input([1, 3, 4, 4]))
    let stacked = try rows.add(ConcatOp.self, [Attribute("axis", 2)], v, try rows.batchNormalization(u, 3))
    let rowsGraph = try rows.graph(try rows.add(ConvOp.self, [], stacked, rows.constant([4, 3, 1, 1])))
    #expect(try optimized(&rows, rowsGraph).operators == ["BatchNormalization", "Concat", "Conv"])
  }

  @Test("A map of an output of Split goes into the layer before it, and the others keep theirs")
  func throughOnePart() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 4, 4])
    let y = try script.add(ConvOp.self, [], x, script.constant([5, 3, 1, 1]))
    let parts = try script.add(
      SplitOp.self, [Attribute("axis", 1)], inputs: [y, script.integers([2, 3])], outputCount: 2)
    let a = try script.add(TanhOp.self, [], try script.batchNormalization(parts[1], 3))
    script.setOutputs([parts[0], a])
    let graph = try script.inferred()
    #expect(try optimized(&script, graph).operators == ["Conv", "Split", "Tanh"])
  }

  @Test("A conversion to a wider float type lets a map down, and one to a narrower type does not")
  func conversions() throws {
    for (type, remaining) in [
      (ElementType.float32, ["Cast", "Conv"]), (.float16, ["BatchNormalization", "Cast", "Conv"]),
    ] {
      var script = TestGraph(type == .float32 ? .float16 : .float32)
      let y = try script.batchNormalization(script.input([1, 3, 4, 4]), 3)
      let cast = try script.add(CastOp.self, [Attribute("to", Int(type.rawValue))], y)
      let weights = script.constant(
        Tensor(rounding: (0..<12).map { Double($0) / 8 }, to: type, [4, 3, 1, 1]))
      let graph = try script.graph(try script.add(ConvOp.self, [], cast, weights))
      #expect(try optimized(&script, graph, tolerance: 0.01).operators == remaining)
    }
  }

  @Test("A channel of scale 0 is a constant: what a Relu makes of its shift goes into the layer after it")
  func constantChannel() throws {
    for (offset, count) in [(0.75, 3), (-0.75, 3)] {
      var script = TestGraph()
      let x = script.input([2, 3, 4, 4])
      let scaled = try script.add(MulOp.self, [], x, script.constant([0.5, 0, 2], [3, 1, 1]))
      let shifted = try script.add(AddOp.self, [], scaled, script.constant([0.25, offset, -0.5], [3, 1, 1]))
      let relu = try script.add(ReluOp.self, [], shifted)
      let graph = try script.graph(try script.add(ConvOp.self, [], relu, script.constant([4, 3, 1, 1])))
      let result = try optimized(&script, graph)
      #expect(result.operators == ["Add", "Relu", "Conv"] && result.nodes.count == count)
    }
  }

  @Test(
    "A scale of one negative sign before a Relu leaves a difference, its magnitude goes into the next layer")
  func signStays() throws {
    for type in [ReluOp.self, LeakyReluOp.self] as [any OperatorDefinition.Type] {
      var script = TestGraph()
      let x = script.input([2, 3, 4, 4])
      let y = try script.batchNormalization(x, 3, gains: -2...(-0.5))
      let relu = try script.add(type, [], y)
      let graph = try script.graph(try script.add(ConvOp.self, [], relu, script.constant([4, 3, 1, 1])))
      #expect(try optimized(&script, graph).operators == ["Sub", type.schema.name, "Conv"])
    }
  }

  @Test("A normalization of both signs before a Relu stays, as its signs would cost as much")
  func mixedSignsStay() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 4, 4])
    let scaled = try script.add(MulOp.self, [], x, script.constant([0.5, -0.25, 2], [3, 1, 1]))
    let shifted = try script.add(AddOp.self, [], scaled, script.constant([3, 1, 1]))
    let relu = try script.add(ReluOp.self, [], shifted)
    let graph = try script.graph(try script.add(ConvOp.self, [], relu, script.constant([4, 3, 1, 1])))
    #expect(try optimized(&script, graph).operators == ["BatchNormalization", "Relu", "Conv"])
  }
}
