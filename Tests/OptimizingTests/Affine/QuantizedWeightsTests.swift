import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Maps into weights that are kept as integer codes: the scales change, and the codes stay.
@Suite struct QuantizedWeightsTests {
  /// Weights of one scale, or of one for each index along `axis`, and their codes.
  private static func weights(
    _ script: inout TestGraph, _ shape: Shape, axis: Int? = nil, isSigned: Bool = true, least: Int = -127,
    zeroPoint: Int? = nil
  ) throws -> ValueID {
    let codes: [Int] = (0..<shape.count).map { index in
      let code: Int = (index * 37 + 11) % 255 - 127
      return isSigned ? (index == 0 ? least : code) : code + 127
    }
    let type: ElementType = isSigned ? .int8 : .uint8
    let count: Int = axis.map { shape[$0] } ?? 1
    let scaleShape: Shape = axis == nil ? [] : [count]
    let scales: ValueID = script.constant((0..<count).map { 0.01 + 0.002 * Double($0) }, scaleShape)
    let zero: ValueID? = zeroPoint.map {
      script.constant(Tensor(codes: Array(repeating: $0, count: count), type, scaleShape))
    }
    return try script.add(
      DequantizeLinearOp.self, axis.map { [Attribute("axis", $0)] } ?? [],
      script.constant(Tensor(codes: codes, type, shape)), scales, zero)
  }

  private static func codes(_ graph: Graph) -> [Tensor] {
    graph.nodes.filter { $0.opName == "DequantizeLinear" }.map { graph[$0.inputs[0]!].constant! }
  }

  private static func equal(_ a: [Tensor], _ b: [Tensor]) -> Bool {
    a.count == b.count
      && zip(a, b).allSatisfy { x, y in
        x.elementType == y.elementType && x.shape == y.shape
          && (0..<x.count).allSatisfy { x.code($0) == y.code($0) }
      }
  }

  private static func rewritten(_ script: inout TestGraph, _ value: ValueID) throws -> (Graph, Graph) {
    let graph = try script.graph(value)
    return (graph, try optimized(&script, graph, tolerance: 1e-5))
  }

  @Test("BN into a convolution with codes of one scale makes it one for each feature", arguments: [1, 2])
  func convolution(groups: Int) throws {
    for zeroPoint in [nil, 0, 3] {
      var script = TestGraph(.float32)
      let w = try Self.weights(&script, [6, 4 / groups, 3, 3], zeroPoint: zeroPoint)
      let x = script.input([1, 4, 5, 5])
      let y = try script.add(ConvOp.self, [Attribute("group", groups)], x, w, script.constant([6]))
      let (graph, result) = try Self.rewritten(
        &script, try script.batchNormalization(y, 6, gains: 0.2...2))
      #expect(result.operators == ["DequantizeLinear", "Conv"])
      #expect(Self.equal(Self.codes(graph), Self.codes(result)))
      #expect(result[result.nodes[0].inputs[1]!].constant?.shape == [6])
    }
  }

  @Test("BN before a convolution without padding scales its codes by input channel")
  func beforeConvolution() throws {
    var script = TestGraph(.float32)
    let w = try Self.weights(&script, [3, 4, 2, 2])
    let y = try script.batchNormalization(script.input([1, 4, 5, 5]), 4, gains: 0.2...2)
    let (graph, result) = try Self.rewritten(&script, try script.add(ConvOp.self, [], y, w))
    #expect(result.operators == ["DequantizeLinear", "Conv"])
    #expect(Self.equal(Self.codes(graph), Self.codes(result)))

    // Scales by feature can't also go by channel.
    var other = TestGraph(.float32)
    let v = try Self.weights(&other, [3, 4, 2, 2], axis: 0)
    let z = try other.batchNormalization(other.input([1, 4, 5, 5]), 4, gains: 0.2...2)
    let (_, kept) = try Self.rewritten(&other, try other.add(ConvOp.self, [], z, v))
    #expect(kept.histogram == ["DequantizeLinear": 1, "Mul": 1, "Conv": 1])
  }

  @Test("BN into Gemm and MatMul with codes, on either axis", arguments: [false, true], [nil, 0] as [Int?])
  func products(transposes: Bool, columns: Int?) throws {
    var script = TestGraph(.float32)
    let axis: Int? = columns.map { _ in transposes ? 0 : 1 }
    let w = try Self.weights(&script, transposes ? [5, 4] : [4, 5], axis: axis)
    let y = try script.add(
      GemmOp.self, [Attribute("alpha", Float(0.5)), Attribute("transB", transposes)], script.input([3, 4]), w)
    let (graph, result) = try Self.rewritten(&script, try script.batchNormalization(y, 5, gains: 0.2...2))
    #expect(result.operators == ["DequantizeLinear", "Gemm"])
    #expect(Self.equal(Self.codes(graph), Self.codes(result)))

    var product = TestGraph(.float32)
    let v = try Self.weights(&product, [4, 5])
    let u = try product.add(MatMulOp.self, [], product.input([2, 3, 4]), v)
    let z = try product.add(MulOp.self, [], u, product.constant([5], in: 0.2...2))
    let (before, after) = try Self.rewritten(&product, z)
    #expect(after.operators == ["DequantizeLinear", "MatMul"])
    #expect(Self.equal(Self.codes(before), Self.codes(after)))
  }

  @Test("A negative gain negates codes about 0, where none is the least")
  func negative() throws {
    for (least, isDissolved) in [(-127, true), (-128, false)] {
      var script = TestGraph(.float32)
      let w = try Self.weights(&script, [2, 3, 1, 1], least: least)
      let y = try script.add(ConvOp.self, [], script.input([1, 3, 2, 2]), w)
      let scaled = try script.add(MulOp.self, [], y, script.constant([-0.5, 2], [2, 1, 1]))
      let (graph, result) = try Self.rewritten(&script, scaled)
      #expect(result.histogram["Mul"] == (isDissolved ? nil : 1))
      let (before, after) = (Self.codes(graph)[0], Self.codes(result)[0])
      for index in 0..<6 {
        #expect(after.code(index) == (isDissolved && index < 3 ? -before.code(index) : before.code(index)))
      }
    }
    for (isSigned, zeroPoint) in [(false, 127), (true, 5)] {
      var script = TestGraph(.float32)
      let w = try Self.weights(&script, [2, 3, 1, 1], isSigned: isSigned, zeroPoint: zeroPoint)
      let y = try script.add(ConvOp.self, [], script.input([1, 3, 2, 2]), w)
      let scaled = try script.add(MulOp.self, [], y, script.constant([-0.5, 2], [2, 1, 1]))
      let (_, result) = try Self.rewritten(&script, scaled)
      #expect(result.operators == ["DequantizeLinear", "Conv", "Mul"])
    }
  }

  @Test("A gain of 0 makes the codes of its feature the zero point, and the others stay")
  func zero() throws {
    var script = TestGraph(.float32)
    let w = try Self.weights(&script, [2, 3, 1, 1], zeroPoint: 7)
    let y = try script.add(ConvOp.self, [], script.input([1, 3, 2, 2]), w)
    let scaled = try script.add(MulOp.self, [], y, script.constant([0, 2], [2, 1, 1]))
    let (graph, result) = try Self.rewritten(&script, scaled)
    #expect(result.operators == ["DequantizeLinear", "Conv"])
    let (before, after) = (Self.codes(graph)[0], Self.codes(result)[0])
    #expect((0..<6).map { after.code($0) } == [7, 7, 7] + (3..<6).map { before.code($0) })
  }

  @Test("A bias that is codes takes a scale and no shift")
  func biasOfCodes() throws {
    for hasShift in [false, true] {
      var script = TestGraph(.float32)
      let w = try Self.weights(&script, [2, 3, 1, 1])
      let b = try script.add(
        DequantizeLinearOp.self, [], script.constant(Tensor([Int32(300), -5000], [2])),
        script.constant([0.001], []))
      var y = try script.add(ConvOp.self, [], script.input([1, 3, 2, 2]), w, b)
      y = try script.add(MulOp.self, [], y, script.constant([0.5, 2], [2, 1, 1]))
      if hasShift { y = try script.add(AddOp.self, [], y, script.constant([2, 1, 1])) }
      let (graph, result) = try Self.rewritten(&script, y)
      #expect(result.histogram["Mul"] == nil && result.histogram["Add"] == (hasShift ? 1 : nil))
      #expect(Self.equal(Self.codes(graph), Self.codes(result)))
    }
  }

  @Test("Codes that two layers share are scaled for one of them alone")
  func shared() throws {
    var script = TestGraph(.float32)
    let w = try Self.weights(&script, [4, 4, 1, 1])
    let x = script.input([1, 4, 2, 2])
    let y = try script.batchNormalization(try script.add(ConvOp.self, [], x, w), 4, gains: 0.2...2)
    let z = try script.add(ConvOp.self, [], try script.add(TanhOp.self, [], y), w)
    let (graph, result) = try Self.rewritten(&script, z)
    #expect(result.histogram == ["DequantizeLinear": 2, "Conv": 2, "Tanh": 1])
    for codes in Self.codes(result) { #expect(Self.equal([codes], Self.codes(graph))) }
  }

  @Test("A map does not cross the quantization of a value")
  func quantizedValue() throws {
    var script = TestGraph(.float32)
    let w = try Self.weights(&script, [4, 4, 1, 1])
    let y = try script.add(ConvOp.self, [], script.input([1, 4, 2, 2]), w)
    let scale = script.constant([0.02], [])
    let zero = script.constant(Tensor(codes: [3], .uint8, []))
    let q = try script.add(QuantizeLinearOp.self, [], y, scale, zero)
    let d = try script.add(DequantizeLinearOp.self, [], q, scale, zero)
    let (_, result) = try Self.rewritten(&script, try script.batchNormalization(d, 4))
    #expect(result.histogram["BatchNormalization"] == 1)
  }

  @Test("Scales are rounded once, however often codes are scaled")
  func roundedOnce() throws {
    var script = TestGraph(.float32, seed: 4)
    let w = try Self.weights(&script, [16, 3, 1, 1])
    let (a, b) = (script.constant([16, 1, 1], in: 0.1...3), script.constant([16, 1, 1], in: 0.1...3))
    let y = try script.add(ConvOp.self, [], script.input([1, 3, 2, 2]), w)
    let scaled = try script.add(MulOp.self, [], try script.add(MulOp.self, [], y, a), b)
    let (graph, result) = try Self.rewritten(&script, scaled)
    #expect(result.operators == ["DequantizeLinear", "Conv"])
    let scales: [Float] = result[result.nodes[0].inputs[1]!].constant!.elements(Float.self)
    let (av, bv) = (graph[a].constant!.doubles, graph[b].constant!.doubles)
    let first = Double(Float(0.01))
    for index in 0..<16 { #expect(scales[index] == Float(first * av[index] * bv[index])) }
  }
}
