import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

@Suite struct HoistSelectionTests {
  /// [5, 2, 3, 4] of which the third axis is brought to the front, and one index of it is taken.
  private func selection(_ script: inout TestGraph, order: [Int], axis: Int, index: Int) throws -> ValueID {
    let x = script.input([5, 2, 12])
    let split = try script.add(ReshapeOp.self, [], x, script.integers([1, 5, 2, 3, 4]))
    let turned = try script.add(TransposeOp.self, [Attribute("perm", order)], split)
    let squeezed = try script.add(SqueezeOp.self, [], turned, script.integers([order.firstIndex(of: 0) ?? 0]))
    return try script.add(
      GatherOp.self, [Attribute("axis", axis)], squeezed, script.constant(Tensor([Int64(index)], [])))
  }

  @Test("An index of an axis that was brought to the front is taken where the axis came from")
  func frontAxis() throws {
    for index in [0, 2, -1] {
      var script = TestGraph()
      let graph = try script.graph(try selection(&script, order: [3, 1, 2, 0, 4], axis: 0, index: index))
      #expect(try optimized(&script, graph).histogram["Transpose"] == nil)
    }
  }

  @Test("A transposition that also turns the axes that are left stays")
  func turnedRest() throws {
    var script = TestGraph()
    let graph = try script.graph(try selection(&script, order: [3, 2, 1, 0, 4], axis: 0, index: 1))
    #expect(try optimized(&script, graph).histogram["Transpose"] == 1)
  }
}
