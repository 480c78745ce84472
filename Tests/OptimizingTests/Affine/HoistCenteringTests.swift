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
    #expect(result.histogram["RMSNormalization"] == 1)
    #expect(result.histogram["ngraph::ResidualRMSNormalization"] == 2)
    #expect(result.nodes.count == graph.nodes.count - 2)
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

  @Test("A stream keeps its zero mean through slices, sums with constants, and scales that the axis shares")
  func alongTheStream() throws {
    var script = TestGraph()
    let x = script.input([2, 5, 4])
    var stream = try script.add(MatMulOp.self, [], x, script.constant([4, 8]))
    stream = try script.add(AddOp.self, [], stream, script.constant([5, 8]))
    stream = try script.add(MulOp.self, [], stream, script.input([2, 5, 1]))
    stream = try script.add(
      SliceOp.self, [], stream, script.integers([1]), script.integers([4]), script.integers([1]))
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [1, 0, 2])], stream)
    let n = try script.add(LayerNormalizationOp.self, [], turned, script.constant([8]))
    let y = try script.add(DivOp.self, [], n, script.input([3, 1, 1]))
    let graph = try script.graph(try script.add(SigmoidOp.self, [], y))
    let result = try optimized(&script, graph)
    #expect(result.histogram["RMSNormalization"] == 1 && result.histogram["LayerNormalization"] == nil)
  }

  @Test("A scale that differs along the axis, or a slice of the axis itself, lets a mean in")
  func notAlongTheStream() throws {
    for slices in [false, true] {
      var script = TestGraph()
      let x = script.input([2, 4])
      var stream = try script.add(MatMulOp.self, [], x, script.constant([4, 8]))
      let gate = script.input([2, 8])
      if slices {
        stream = try script.add(
          SliceOp.self, [], stream, script.integers([1]), script.integers([7]), script.integers([1]))
      } else {
        stream = try script.add(MulOp.self, [], stream, gate)
      }
      let n = try script.add(LayerNormalizationOp.self, [], stream, script.constant([slices ? 6 : 8]))
      let graph = try script.graph(n, gate)
      #expect(try optimized(&script, graph).histogram["LayerNormalization"] == 1)
    }
  }
}
