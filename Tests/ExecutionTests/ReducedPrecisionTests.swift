import Execution
import Graphs
import KernelInterface
import KernelSelection
import Operators
import Planning
import Tensors
import TestSupport
import Testing

/// Which products a session computes in fewer bits, and that it computes them right.
@Suite struct ReducedPrecisionTests {
  private func session(_ graph: Graph, _ precision: ProductPrecision?, threads: Int = 1) -> Session {
    var kernels: KernelTable = KernelSelection.best
    kernels.weightProducts = precision.map { KernelSelection.weightProducts($0, of: kernels) }
    return Session(graph, kernels: kernels, runner: ThreadPool(threadCount: threads))
  }

  /// The products of the plan in fewer bits, and how far its outputs are from those of f32.
  private func measure(_ graph: Graph, _ inputs: [Value?], _ precision: ProductPrecision) throws
    -> (products: Int, deviation: Double)
  {
    let values: [Value] = inputs.compactMap { $0 }
    let reduced: Session = session(graph, precision)
    let plan: Plan = try reduced.plan(values)
    let found: Tensor = try #require(try reduced.run(values)[0].tensor)
    let again: Tensor = try #require(try session(graph, precision, threads: 2).run(values)[0].tensor)
    #expect(found.doubles == again.doubles)
    let expected: Tensor = try #require(try reduced.inFullPrecision.run(values)[0].tensor)
    return (plan.reducedProducts, relativeDifference(expected, found))
  }

  private static let bounds: [(ProductPrecision, Double)] = [(.bfloat16, 0.01), (.int8Dynamic, 0.03)]

  @Test("A product with constant weights runs in fewer bits, and deviates by little", arguments: bounds)
  func matMul(_ precision: ProductPrecision, _ bound: Double) throws {
    var test = TestGraph(.float32)
    let x: ValueID = test.input([3, 7, 50])
    let graph: Graph = try test.graph(try test.add(MatMulOp.self, [], x, test.constant([50, 41])))
    let (products, deviation) = try measure(graph, test.randomInputs(), precision)
    #expect(products == 1)
    #expect(deviation > 0 && deviation < bound)
  }

  @Test("Transposed operands, factors and C are as in f32", arguments: bounds)
  func gemm(_ precision: ProductPrecision, _ bound: Double) throws {
    for (transA, transB) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      for shape in [[33], [14, 1], [14, 33], [] as [Int]] {
        var test = TestGraph(.float32)
        let x: ValueID = test.input(transA == 1 ? [65, 14] : [14, 65])
        let weight: ValueID = test.constant(transB == 1 ? [33, 65] : [65, 33])
        let attributes: [Attribute] = [
          Attribute("transA", transA), Attribute("transB", transB), Attribute("alpha", 0.5 as Float),
          Attribute("beta", -2 as Float),
        ]
        let graph: Graph = try test.graph(
          try test.add(GemmOp.self, attributes, x, weight, test.constant(Shape(shape))))
        let (products, deviation) = try measure(graph, test.randomInputs(), precision)
        #expect(products == 1)
        #expect(deviation > 0 && deviation < bound)
      }
    }
  }

  /// A convolution of images [batch, height, width, channels], or as the file has them.
  private func convolution(
    _ test: inout TestGraph, _ x: ValueID, weights: ValueID, bias: ValueID? = nil, groups: Int = 1,
    stride: Int = 1, layout: ImageLayouts = .channelsLast
  ) throws -> ValueID {
    let attributes: [Attribute] = [Attribute("group", groups), Attribute("strides", [stride, stride])]
    let inputs: [ValueID?] = bias.map { [x, weights, $0] } ?? [x, weights]
    // What the operator is asked for stands in a graph of its own.
    var other: GraphBuilder = test.builder
    _ = try other.add(ConvOp.self, attributes, inputs: inputs)
    let op: ConvOp = try #require(other.graph.nodes.last?.op as? ConvOp)
    let outputs: [ValueID?] = test.builder.add(op.with(layout), inputs: inputs, outputNames: [""])
    return try #require(outputs[0])
  }

  @Test("Convolutions of images with their channels last are products too", arguments: bounds)
  func convolutions(_ precision: ProductPrecision, _ bound: Double) throws {
    for (groups, kernel, stride) in [(1, 1, 1), (1, 1, 2), (1, 3, 2), (2, 1, 1), (1, 5, 1)] {
      for batch in [1, 3] {
        var test = TestGraph(.float32)
        let x: ValueID = test.input([batch, 9, 10, 256])
        let weights: ValueID = test.constant([192, 256 / groups, kernel, kernel])
        let graph: Graph = try test.graph(
          try convolution(
            &test, x, weights: weights, bias: test.constant([192]), groups: groups, stride: stride))
        let (products, deviation) = try measure(graph, test.randomInputs(), precision)
        // Without an instruction for them, f32 may be as fast.
        if KernelSelection.weightProducts(precision, of: KernelSelection.best).instruction != nil {
          #expect(products == 1)
        }
        #expect(products == 0 ? deviation == 0 : deviation > 0 && deviation < bound)
      }
    }
  }

  @Test(
    "Convolutions without constant weights, of few channels or channels-first stay f32", arguments: bounds)
  func otherConvolutions(_ precision: ProductPrecision, _ bound: Double) throws {
    func expectNone(_ build: (inout TestGraph) throws -> ValueID) throws {
      var test = TestGraph(.float32)
      let y: ValueID = try build(&test)
      let (products, deviation) = try measure(try test.graph(y), test.randomInputs(), precision)
      #expect(products == 0 && deviation == 0)
    }
    try expectNone {
      try convolution(&$0, $0.input([1, 8, 8, 256]), weights: $0.input([256, 256, 1, 1]))
    }
    try expectNone { try convolution(&$0, $0.input([1, 8, 8, 3]), weights: $0.constant([256, 3, 2, 2])) }
    try expectNone {
      try convolution(&$0, $0.input([1, 8, 8, 32]), weights: $0.constant([32, 1, 3, 3]), groups: 32)
    }
    try expectNone {
      try convolution(
        &$0, $0.input([1, 256, 8, 8]), weights: $0.constant([256, 256, 1, 1]), layout: ImageLayouts())
    }
    try expectNone {
      var wide = TestGraph(.float64)
      swap(&wide, &$0)
      return try convolution(&$0, $0.input([1, 8, 8, 64]), weights: $0.constant([64, 64, 1, 1]))
    }
  }

  @Test(
    "Products without constant weights on the right, and those of one column, stay f32", arguments: bounds)
  func others(_ precision: ProductPrecision, _ bound: Double) throws {
    func expectNone(_ build: (inout TestGraph) throws -> ValueID) throws {
      var test = TestGraph(.float32)
      let y: ValueID = try build(&test)
      let (products, deviation) = try measure(try test.graph(y), test.randomInputs(), precision)
      #expect(products == 0 && deviation == 0)
    }
    try expectNone { try $0.add(MatMulOp.self, [], $0.input([5, 6]), $0.input([6, 7])) }
    try expectNone { try $0.add(MatMulOp.self, [], $0.constant([5, 6]), $0.input([6, 7])) }
    try expectNone { try $0.add(MatMulOp.self, [], $0.input([5, 6]), $0.constant([6, 1])) }
    try expectNone { try $0.add(MatMulOp.self, [], $0.input([3, 5, 6]), $0.constant([3, 6, 7])) }
    try expectNone { try $0.add(MatMulOp.self, [], $0.input([0, 6]), $0.constant([6, 7])) }
  }

  @Test("A product too deep for exact sums of bytes stays f32")
  func deep() throws {
    var test = TestGraph(.float32)
    let x: ValueID = test.input([1, 32769])
    let graph: Graph = try test.graph(try test.add(MatMulOp.self, [], x, test.constant([32769, 2])))
    let inputs: [Value?] = test.randomInputs()
    #expect(try measure(graph, inputs, .int8Dynamic) == (0, 0))
    #expect(try measure(graph, inputs, .bfloat16).products == 1)
  }

  @Test("Doubles and the same session without a precision stay as they are")
  func unaffected() throws {
    var wide = TestGraph(.float64)
    let x: ValueID = wide.input([4, 6])
    let graph: Graph = try wide.graph(try wide.add(MatMulOp.self, [], x, wide.constant([6, 7])))
    #expect(try measure(graph, wide.randomInputs(), .bfloat16) == (0, 0))

    var single = TestGraph(.float32)
    let y: ValueID = single.input([4, 6])
    let other: Graph = try single.graph(try single.add(MatMulOp.self, [], y, single.constant([6, 7])))
    let values: [Value] = single.randomInputs().compactMap { $0 }
    #expect(try session(other, nil).plan(values).reducedProducts == 0)
  }

  @Test("Weights take half or a quarter of the memory")
  func memory() throws {
    var test = TestGraph(.float32)
    let x: ValueID = test.input([4, 512])
    let graph: Graph = try test.graph(try test.add(MatMulOp.self, [], x, test.constant([512, 512])))
    let values: [Value] = test.randomInputs().compactMap { $0 }
    let sizes: [Int] = try [nil, .bfloat16, .int8Dynamic].map { (precision: ProductPrecision?) in
      let session: Session = session(graph, precision)
      _ = try session.run(values)
      return session.packedBytes
    }
    #expect(sizes[1] * 2 == sizes[0])
    #expect(sizes[2] * 4 < sizes[0] * 102 / 100)
  }
}
