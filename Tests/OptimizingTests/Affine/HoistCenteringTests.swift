import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct HoistCenteringTests {
  @Test("A residual stream whose writers can all be centered turns its normalizations into RMS")
  func residualStream() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    var stream = try script.add(GemmOp.self, [], x, script.constant([4, 8]), script.constant([8]))
    for _ in 0..<2 {
      let n = try script.add(
        LayerNormalizationOp.self, [], stream, script.constant([8]), script.constant([8]))
      let inner = try script.add(GemmOp.self, [], n, script.constant([8, 6]), script.constant([6]))
      let active = try script.add(TanhOp.self, [], inner)
      let outer = try script.add(GemmOp.self, [], active, script.constant([6, 8]), script.constant([8]))
      stream = try script.add(AddOp.self, [], stream, outer)
    }
    let last = try script.add(
      LayerNormalizationOp.self, [], stream, script.constant([8]), script.constant([8]))
    let y = try script.add(GemmOp.self, [], last, script.constant([8, 5]))
    let graph = try script.graph(y)
    let result = try optimized(&script, graph)
    #expect(result.histogram["LayerNormalization"] == nil)
    #expect(result.histogram["RMSNormalization"] == 3)
    #expect(result.nodes.count == graph.nodes.count)
  }

  @Test("A stream that is an output of the graph, or that an activation reads, keeps its mean")
  func meanIsSeen() throws {
    for readsByActivation in [false, true] {
      var script = TestGraph()
      let x = script.input([3, 4])
      let stream = try script.add(GemmOp.self, [], x, script.constant([4, 8]))
      let n = try script.add(LayerNormalizationOp.self, [], stream, script.constant([8]))
      let other = readsByActivation ? try script.add(SigmoidOp.self, [], stream) : stream
      let graph = try script.graph(n, other)
      #expect(try optimized(&script, graph).histogram["LayerNormalization"] == 1)
    }
  }

  @Test("A stream that comes from an input of the graph keeps its mean")
  func writerIsInput() throws {
    var script = TestGraph()
    let x = script.input([3, 8])
    let n = try script.add(LayerNormalizationOp.self, [], x, script.constant([8]))
    let graph = try script.graph(n)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }
}
