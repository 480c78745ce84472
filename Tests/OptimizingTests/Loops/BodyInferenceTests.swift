import Graphs
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Bodies are made ready for this machine with the types that their values have in every iteration.
@Suite struct BodyInferenceTests {
  private func body(of graph: Graph) throws -> [String: Int] {
    let op = try #require(graph.nodes.first { $0.op is any SubgraphOperator }?.op as? any SubgraphOperator)
    return op.subgraphs[0].graph.histogram
  }

  /// h' = h W + x[t], along axis 1 of x.
  private func scan(_ script: inout TestGraph, batch: Dimension, rowBatch: Dimension) throws -> Graph {
    let start = script.input([2, 3], dimensions: [batch, 3])
    let rows = script.input([2, 4, 3], dimensions: [rowBatch, 4, 3])
    let weight = script.constant([3, 3])
    var body = GraphBuilder(name: "step")
    let state: ValueID = body.addInput(name: "h", type: nil)
    let row: ValueID = body.addInput(name: "x", type: nil)
    let matrix: ValueID = body.addInput(name: "w", type: nil)
    let product: ValueID = try body.add(MatMulOp.self, inputs: [state, matrix])[0]
    body.setOutputs([try body.add(AddOp.self, inputs: [product, row])[0]])
    var subgraph = Subgraph(graph: body.graph, formalInputCount: 2, captures: [weight])
    subgraph.firstCapture = 2
    let last = script.builder.add(
      ScanOp(body: subgraph, inputAxes: [1]), inputs: [start, rows, weight], outputNames: ["last"])
    return try script.graph(last[0]!)
  }

  @Test("A product in a Scan takes over what is added to it where both have one shape")
  func sum() throws {
    let n = Dimension(symbol: "N")
    for (batch, rowBatch) in [(2, 2), (n, n)] as [(Dimension, Dimension)] {
      var script = TestGraph()
      let graph = try scan(&script, batch: batch, rowBatch: rowBatch)
      let result = try optimized(&script, graph, stages: OptimizationStage.session)
      #expect(try body(of: result) == ["ngraph::FusedMatMul": 1])
    }
  }

  @Test("Extents that may differ are not taken for the same")
  func differentExtents() throws {
    var script = TestGraph()
    let graph = try scan(&script, batch: Dimension(symbol: "N"), rowBatch: Dimension(symbol: "M"))
    let result = try optimized(&script, graph, stages: OptimizationStage.session)
    #expect(try body(of: result) == ["MatMul": 1, "Add": 1])
  }

  @Test(
    "A carried value that an iteration makes larger has no extents that hold in all",
    arguments: [false, true])
  func growing(grows: Bool) throws {
    var script = TestGraph()
    let start = script.input([1, 3])
    let weight = script.constant([3, 3])
    let limit = script.builder.addConstant(Tensor(scalar: Int64(3)))
    var body = GraphBuilder(name: "step")
    _ = body.addInput(name: "t", type: .tensor(.int64, Shape.scalar))
    let condition = body.addInput(name: "c", type: .tensor(.bool, Shape.scalar))
    let state = body.addInput(name: "h", type: nil)
    let matrix = body.addInput(name: "w", type: nil)
    let product: ValueID = try body.add(MatMulOp.self, inputs: [state, matrix])[0]
    var next: ValueID = try body.add(AddOp.self, inputs: [product, state])[0]
    if grows { next = try body.add(ConcatOp.self, [Attribute("axis", 0)], inputs: [next, next])[0] }
    body.setOutputs([try body.add(IdentityOp.self, inputs: [condition])[0], next])
    let subgraph = Subgraph(graph: body.graph, formalInputCount: 3, captures: [weight])
    let last: ValueID = try script.builder.add(
      LoopOp.self, [Attribute("body", .graph(subgraph))], inputs: [limit, nil, start])[0]
    let graph = try script.graph(last)
    let result = try optimized(&script, graph, stages: OptimizationStage.machine)
    let histogram = try self.body(of: result)
    #expect(histogram["ngraph::FusedMatMul"] == (grows ? nil : 1))
    #expect(histogram["Add"] == (grows ? 1 : nil))
  }
}
