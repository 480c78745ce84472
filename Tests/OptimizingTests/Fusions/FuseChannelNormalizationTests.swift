import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct FuseChannelNormalizationTests {
  @Test("Statistics over all axes after the channels, gain and offset per channel: InstanceNormalization")
  func instance() throws {
    for shape in [[2, 3, 5], [2, 3, 4, 5]] as [Shape] {
      var spelling = NormalizationSpelling()
      spelling.axes = Array(2..<shape.rank)
      var script = TestGraph()
      let x = script.input(shape)
      let n = try script.decomposed(spelling, x)
      let y = try script.tail(n, Shape([3] + Array(repeating: 1, count: shape.rank - 2)))
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == ["InstanceNormalization"])
    }
  }

  @Test("A gain for each position of the last two axes makes it a LayerNormalization")
  func gainPerPosition() throws {
    var spelling = NormalizationSpelling()
    spelling.axes = [2, 3]
    var script = TestGraph()
    let x = script.input([2, 3, 4, 5])
    let y = try script.tail(try script.decomposed(spelling, x), [4, 5])
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }

  @Test("Reshape, InstanceNormalization, Reshape, Mul, Add as exporters wrote it: GroupNormalization")
  func group() throws {
    for hasTail in [true, false] {
      var script = TestGraph()
      let x = script.input([2, 6, 4, 5], dimensions: [Dimension(symbol: "n"), 6, 4, 5])
      let parts = try script.add(ReshapeOp.self, [], x, script.integers([0, 3, -1]))
      let n = try script.add(
        InstanceNormalizationOp.self, [], parts, script.constant([3]), script.constant([3]))
      let back = try script.add(ReshapeOp.self, [], n, try script.add(ShapeOp.self, [], x))
      let y = hasTail ? try script.tail(back, [6, 1, 1]) : back
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == ["GroupNormalization"])
    }
  }

  @Test("Groups that mix images, or whose parts are used elsewhere, stay")
  func groupNearMisses() throws {
    for isMixed in [true, false] {
      var script = TestGraph()
      let x = script.input([2, 6, 4, 5])
      let parts = try script.add(
        ReshapeOp.self, [], x, script.integers(isMixed ? [4, 3, -1] : [2, 3, -1]))
      let n = try script.add(
        InstanceNormalizationOp.self, [], parts, script.constant([3]), script.constant([3]))
      let back = try script.add(ReshapeOp.self, [], n, script.integers([2, 6, 4, 5]))
      let graph = isMixed ? try script.graph(back) : try script.graph(back, n)
      #expect(try optimized(&script, graph).histogram["GroupNormalization"] == nil)
    }
  }
}
