import Execution
import Graphs
import KernelInterface
import KernelSelection
import Operators
import Planning
import Tensors
import TestSupport
import Testing

/// Recurrent operators whose products a session computes in fewer bits.
@Suite struct ReducedRecurrenceTests {
  private func session(
    _ graph: Graph, _ precision: ProductPrecision, _ table: KernelTable, threads: Int = 1
  ) -> Session {
    var kernels: KernelTable = table
    kernels.weightProducts = KernelSelection.weightProducts(precision, of: table)
    return Session(graph, kernels: kernels, runner: ThreadPool(threadCount: threads))
  }

  /// Compares all outputs with those of f32, on every table and with two numbers of threads.
  private func check(
    _ test: inout TestGraph, _ graph: Graph, _ precision: ProductPrecision, products: Int, bound: Double
  ) throws {
    let values: [Value] = test.randomInputs().compactMap { $0 }
    for table in KernelSelection.supported {
      let reduced: Session = session(graph, precision, table)
      #expect(try reduced.plan(values).reducedProducts == products)
      let found: [Value] = try reduced.run(values)
      let again: [Value] = try session(graph, precision, table, threads: 2).run(values)
      let expected: [Value] = try reduced.inFullPrecision.run(values)
      for index in found.indices {
        let result: Tensor = try #require(found[index].tensor)
        let deviation: Double = relativeDifference(try #require(expected[index].tensor), result)
        #expect(result.doubles == again[index].tensor?.doubles)
        #expect(
          products == 0 ? deviation == 0 : deviation > 0 && deviation < bound, "\(graph.nodes[0].op)")
      }
    }
  }

  /// A layer of `hidden` units whose weights do not let errors grow from step to step.
  private func layer(
    _ type: any OperatorDefinition.Type, gates: Int, hidden: Int, batch: Int, attributes: [Attribute] = [],
    directions: Int = 1, input: Int = 19, constantR: Bool = true, hasBias: Bool = true
  ) throws -> (TestGraph, Graph) {
    var test = TestGraph(.float32)
    let x: ValueID = test.input([4, batch, input])
    let bound: Double = 1 / Double(hidden).squareRoot()
    let range: ClosedRange<Double> = -bound...bound
    let rShape: Shape = [directions, gates * hidden, hidden]
    let r: ValueID = constantR ? test.constant(rShape, in: range) : test.input(rShape)
    let inputs: [ValueID?] = [
      x, test.constant([directions, gates * hidden, input], in: range), r,
      hasBias ? test.constant([directions, 2 * gates * hidden], in: range) : nil,
    ]
    let direction: String = directions == 2 ? "bidirectional" : "forward"
    let outputs: [ValueID] = try test.add(
      type, attributes + [Attribute("hidden_size", hidden), Attribute("direction", direction)],
      inputs: inputs, outputCount: 2)
    let graph: Graph = try test.graph(outputs[0], outputs[1])
    return (test, graph)
  }

  private static let bounds: [(ProductPrecision, Double)] = [(.bfloat16, 0.01), (.int8Dynamic, 0.03)]

  /// Cells so small that rows are tasks, and so large that units are divided, the last block not whole.
  @Test("Both products of a cell run in fewer bits, and deviate by little", arguments: bounds)
  func cells(_ precision: ProductPrecision, _ bound: Double) throws {
    let linear: [Attribute] = [Attribute("linear_before_reset", 1)]
    let cells: [(any OperatorDefinition.Type, Int, [Attribute])] = [
      (LSTMOp.self, 4, []), (GRUOp.self, 3, []), (GRUOp.self, 3, linear), (RNNOp.self, 1, []),
    ]
    for (type, gates, attributes) in cells {
      for (hidden, batch) in [(21, 1), (21, 30), (600, 1), (330, 3)] {
        var (test, graph) = try layer(
          type, gates: gates, hidden: hidden, batch: batch, attributes: attributes)
        try check(&test, graph, precision, products: 2, bound: bound)
      }
    }
  }

  @Test("Both directions have products of their own", arguments: bounds)
  func directions(_ precision: ProductPrecision, _ bound: Double) throws {
    for hidden in [16, 330] {
      var (test, graph) = try layer(LSTMOp.self, gates: 4, hidden: hidden, batch: 2, directions: 2)
      try check(&test, graph, precision, products: 4, bound: bound)
    }
  }

  @Test("Without biases nothing is added", arguments: bounds)
  func noBias(_ precision: ProductPrecision, _ bound: Double) throws {
    for attribute in [0, 1] {
      var (test, graph) = try layer(
        GRUOp.self, gates: 3, hidden: 40, batch: 2, attributes: [Attribute("linear_before_reset", attribute)],
        hasBias: false)
      try check(&test, graph, precision, products: 2, bound: bound)
    }
  }

  @Test("Weights that a run gives stay f32", arguments: bounds)
  func givenWeights(_ precision: ProductPrecision, _ bound: Double) throws {
    var (test, graph) = try layer(LSTMOp.self, gates: 4, hidden: 20, batch: 2, constantR: false)
    try check(&test, graph, precision, products: 0, bound: 0)
  }

  @Test("No time steps are no products", arguments: bounds)
  func noRows(_ precision: ProductPrecision, _ bound: Double) throws {
    var (test, graph) = try layer(RNNOp.self, gates: 1, hidden: 20, batch: 0)
    try check(&test, graph, precision, products: 0, bound: 0)
  }

  /// state = tanh(state W + x), four times.
  @Test("The product in a loop's body runs in fewer bits", arguments: bounds)
  func body(_ precision: ProductPrecision, _ bound: Double) throws {
    var body = TestGraph(.float32)
    let state: ValueID = body.input([2, 40])
    let slice: ValueID = body.input([2, 40])
    let product: ValueID = try body.add(MatMulOp.self, [], state, body.constant([40, 40], in: -0.15...0.15))
    let next: ValueID = try body.add(TanhOp.self, [], try body.add(AddOp.self, [], product, slice))
    body.builder.setOutputs([next])
    let subgraph = Subgraph(graph: body.builder.graph, formalInputCount: 2, captures: [])
    var test = TestGraph(.float32)
    let first: ValueID = test.input([2, 40])
    let sequence: ValueID = test.input([4, 2, 40])
    let last: ValueID = try test.add(
      ScanOp.self, [Attribute("num_scan_inputs", 1), Attribute("body", .graph(subgraph))], first, sequence)
    let graph: Graph = try test.graph(last)
    try check(&test, graph, precision, products: 1, bound: bound)
  }

  @Test("Weights take half or a quarter of the memory")
  func memory() throws {
    var (test, graph) = try layer(LSTMOp.self, gates: 4, hidden: 256, batch: 1, input: 256)
    let values: [Value] = test.randomInputs().compactMap { $0 }
    func bytes(_ session: Session) throws -> Int {
      _ = try session.run(values)
      return session.packedBytes
    }
    let full: Int = try bytes(session(graph, .bfloat16, KernelSelection.best).inFullPrecision)
    #expect(try bytes(session(graph, .bfloat16, KernelSelection.best)) * 2 == full)
    #expect(try bytes(session(graph, .int8Dynamic, KernelSelection.best)) * 4 < full * 105 / 100)
  }
}
