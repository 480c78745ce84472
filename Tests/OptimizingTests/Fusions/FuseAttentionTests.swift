import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

@Suite struct FuseAttentionTests {
  enum ScalePlace: CaseIterable, Sendable { case none, product, query, both, division }

  /// Attention over inputs [batch, length, heads * size] as exporters spell it; returns the joined heads.
  private func attention(
    _ script: inout TestGraph, scale: ScalePlace, mask: Shape?, axis: Int = -1, turnsKey: Bool = true
  ) throws -> (result: ValueID, probabilities: ValueID) {
    let (batch, length, heads, size) = (2, 5, 3, 4)
    let hidden: Int = heads * size
    var parts: [ValueID] = []
    for part in 0..<3 {
      let x = script.input([batch, length, hidden])
      let split = try script.add(ReshapeOp.self, [], x, script.integers([0, 0, heads, size]))
      let order: [Int] = part == 1 && turnsKey ? [0, 2, 3, 1] : [0, 2, 1, 3]
      parts.append(try script.add(TransposeOp.self, [Attribute("perm", order)], split))
    }
    let factor: ValueID = script.constant([0.5], [])
    if scale == .query || scale == .both { parts[0] = try script.add(MulOp.self, [], parts[0], factor) }
    if scale == .both { parts[1] = try script.add(MulOp.self, [], factor, parts[1]) }
    var scores = try script.add(MatMulOp.self, [], parts[0], parts[1])
    if scale == .product { scores = try script.add(MulOp.self, [], scores, factor) }
    if scale == .division { scores = try script.add(DivOp.self, [], scores, script.constant([2], [])) }
    if let mask { scores = try script.add(AddOp.self, [], scores, script.input(mask)) }
    let probabilities = try script.add(SoftmaxOp.self, [Attribute("axis", axis)], scores)
    let product = try script.add(MatMulOp.self, [], probabilities, parts[2])
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1, 3])], product)
    let joined = try script.add(ReshapeOp.self, [], turned, script.integers([0, 0, hidden]))
    return (joined, probabilities)
  }

  private static let stages: [OptimizationStage] = OptimizationStage.withAttention

  @Test(
    "Attention over divided heads becomes one operator, whereever its scale stands, with and without a mask")
  func recognized() throws {
    for scale in ScalePlace.allCases {
      for mask in [nil, [2, 1, 5, 5], [1, 1, 1, 5], [5, 5]] as [Shape?] {
        var script = TestGraph()
        let (y, _) = try attention(&script, scale: scale, mask: mask)
        let graph = try script.graph(y)
        #expect(try optimized(&script, graph, stages: Self.stages).operators == ["Attention"])
      }
    }
  }

  @Test("A softmax over another axis, a mask that is no mask, or probabilities that are read stay")
  func nearMisses() throws {
    for form in 0..<3 {
      var script = TestGraph()
      let (y, probabilities) = try attention(
        &script, scale: .product, mask: form == 1 ? [1, 3, 5, 5] : nil, axis: form == 0 ? -2 : -1)
      let graph = form == 2 ? try script.graph(y, probabilities) : try script.graph(y)
      let counts = try optimized(&script, graph, stages: Self.stages).histogram
      // A mask for each head is a mask.
      #expect(counts["Attention"] == (form == 1 ? 1 : nil))
    }
  }

  @Test("A scale that the attribute can't hold in full stays where the values are double precision")
  func preciseScale() throws {
    for (type, factor, isFused) in [
      (ElementType.float64, 0.3, false), (.float64, 0.25, true), (.float32, 0.3, true),
    ] {
      var script = TestGraph(type)
      let (q, v) = (script.input([1, 2, 5, 4]), script.input([1, 2, 5, 4]))
      let k = try script.add(
        TransposeOp.self, [Attribute("perm", [0, 1, 3, 2])], script.input([1, 2, 5, 4]))
      let scores = try script.add(
        MulOp.self, [], try script.add(MatMulOp.self, [], q, k), script.constant([factor], []))
      let y = try script.add(MatMulOp.self, [], try script.add(SoftmaxOp.self, [], scores), v)
      let graph = try script.graph(y)
      let counts = try optimized(
        &script, graph, tolerance: type == .float64 ? 1e-11 : 1e-5, stages: Self.stages
      ).histogram
      #expect(counts["Attention"] == (isFused ? 1 : nil))
    }
  }

  @Test("A key that is not transposed in the graph is left alone: it would have to be transposed twice")
  func keyWithoutTransposition() throws {
    var script = TestGraph()
    let (q, k, v) = (script.input([1, 2, 5, 4]), script.input([1, 2, 4, 5]), script.input([1, 2, 5, 4]))
    let scores = try script.add(MatMulOp.self, [], q, k)
    let y = try script.add(MatMulOp.self, [], try script.add(SoftmaxOp.self, [], scores), v)
    let graph = try script.graph(y)
    #expect(
      try optimized(&script, graph, stages: Self.stages).operators == ["MatMul", "Softmax", "MatMul"])
  }

  @Test("Heads of a single image that are divided without an axis for it are recognized too")
  func singleImage() throws {
    var script = TestGraph()
    var parts: [ValueID] = []
    for part in 0..<3 {
      let x = script.input([5, 1, 12])
      let split = try script.add(ReshapeOp.self, [], x, script.integers([5, 3, 4]))
      var turned = try script.add(TransposeOp.self, [Attribute("perm", [1, 0, 2])], split)
      if part == 1 { turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], turned) }
      let shape: [Int] = part == 1 ? [1, 3, 4, 5] : [1, 3, 5, 4]
      parts.append(try script.add(ReshapeOp.self, [], turned, script.integers(shape)))
    }
    let scores = try script.add(MatMulOp.self, [], parts[0], parts[1])
    let scaled = try script.add(MulOp.self, [], scores, script.constant([0.5], []))
    let product = try script.add(MatMulOp.self, [], try script.add(SoftmaxOp.self, [], scaled), parts[2])
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [2, 0, 1, 3])], product)
    let y = try script.add(ReshapeOp.self, [], turned, script.integers([5, 12]))
    let graph = try script.graph(y)
    let counts = try optimized(&script, graph, stages: Self.stages).histogram
    #expect(counts["Attention"] == 1 && counts["Transpose"] == nil && counts["MatMul"] == nil)
  }
}
