import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// What is inside of loops is optimized as what is outside.
@Suite struct SubgraphTests {
  /// One step of a layer-normalized recurrent network, h' = tanh(LN(h W + x U)), as the body of a Scan;
  /// inside, the states' shape is read as exporters do.
  private func recurrent(
    _ script: inout TestGraph, statedState: [Dimension], readsShapeOfState: Bool = false
  ) throws -> Graph {
    let (batch, width, hidden, steps): (Int, Int, Int, Int) = (2, 3, 5, 4)
    var body = TestGraph(seed: 7)
    let state = body.input([batch, hidden], dimensions: statedState)
    let row = body.input([batch, width])
    let fromState = try body.add(MatMulOp.self, [], state, body.constant([hidden, hidden]))
    let fromRow = try body.add(MatMulOp.self, [], row, body.constant([width, hidden]))
    let sum = try body.add(AddOp.self, [], fromState, fromRow)
    let norm = try body.add(
      LayerNormalizationOp.self, [], sum, body.constant([hidden], in: 0.5...2), body.constant([hidden]))
    let next = try body.add(TanhOp.self, [], norm)
    let extent = try body.add(ShapeOp.self, [], readsShapeOfState ? state : sum)
    let again = try body.add(ReshapeOp.self, [], next, extent)
    body.setOutputs([again])
    let subgraph = Subgraph(graph: body.builder.graph, formalInputCount: 2, captures: [])
    let start = script.input([batch, hidden])
    let rows = script.input([steps, batch, width])
    let last = try script.add(
      ScanOp.self, [Attribute("num_scan_inputs", 1), Attribute("body", .graph(subgraph))], start, rows)
    return try script.graph(last)
  }

  private func body(of graph: Graph) throws -> Graph {
    let scan = try #require(graph.nodes.first { $0.op is any SubgraphOperator }?.op as? any SubgraphOperator)
    return scan.subgraphs[0].graph
  }

  @Test("A layer normalization in the body of a Scan loses its mean to the weights of each step")
  func centering() throws {
    var script = TestGraph()
    let graph = try recurrent(&script, statedState: [Dimension(2), Dimension(5)])
    let result = try optimized(&script, graph)
    let histogram: [String: Int] = try body(of: result).histogram
    #expect(histogram["LayerNormalization"] == nil)
    #expect(histogram["ngraph::OffsetRMSNormalization"] == 1)
  }

  @Test("An extent that the body only states is not computed with: a Shape of a carried value stays")
  func statedExtents() throws {
    var script = TestGraph()
    let graph = try recurrent(
      &script, statedState: [Dimension(2), Dimension(5)], readsShapeOfState: true)
    var report = OptimizationReport()
    let result = try Optimizer(kernels: KernelSelection.best).optimize(graph, report: &report)
    let inner: Graph = try body(of: result)
    #expect(inner.histogram["Shape"] == 1)
    #expect(inner[inner.inputs[0]].type == .tensor(.float64, [Dimension(2), Dimension(5)]))
    #expect(
      inner.nodes.allSatisfy { node in
        node.outputs.allSatisfy { output in
          output.map { inner.outputs.contains($0) || inner[$0].type == nil } ?? true
        }
      })
  }

  @Test("A shape that is read from a value does not keep a scale from going into the layer after it")
  func shapeReaders() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let scaled = try script.add(MulOp.self, [], x, script.constant([4], in: 0.5...2))
    let y = try script.add(MatMulOp.self, [], scaled, script.constant([4, 6]))
    let extent = try script.add(ShapeOp.self, [], scaled)
    let size = try script.add(SizeOp.self, [], scaled)
    script.setOutputs([y, extent, size])
    let graph = try script.inferred()
    #expect(try optimized(&script, graph).histogram["Mul"] == nil)
  }
}
