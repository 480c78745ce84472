import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Mistakes that recognizing a normalization can make.
@Suite struct RecognitionMistakesTests {
  @Test("Pow exponent 3 or 4 taken for a variance", arguments: [3.0, 4.0], [false, true])
  func exponents(exponent: Double, subtractsMean: Bool) throws {
    var spelling = NormalizationSpelling()
    spelling.exponent = exponent
    spelling.subtractsMean = subtractsMean
    // A mean of cubes may be negative, so an epsilon keeps the root real.
    spelling.epsilon = 0.75
    var script = TestGraph(seed: 5)
    let x = script.input([4, 8])
    let inside = try script.add(
      MulOp.self, [], try script.add(SigmoidOp.self, [], x), script.constant([0.5], []))
    let y = try script.decomposed(spelling, inside)
    let graph = try script.graph(y)
    let counts = try optimized(&script, graph).histogram
    #expect(counts["LayerNormalization"] == nil && counts["RMSNormalization"] == nil)
  }

  @Test("keepdims = 0 taken for keepdims = 1", arguments: [false, true])
  func keepdims(subtractsMean: Bool) throws {
    var spelling = NormalizationSpelling()
    spelling.keepsDimensions = false
    spelling.subtractsMean = subtractsMean
    var script = TestGraph()
    // A square, so that statistics without the axis still broadcast, along the wrong one.
    let x = script.input([8, 8])
    let y = try script.decomposed(spelling, x)
    let graph = try script.graph(y)
    let counts = try optimized(&script, graph).histogram
    #expect(counts["LayerNormalization"] == nil && counts["RMSNormalization"] == nil)
  }

  @Test("eps not corrected for a scale before a normalization")
  func epsilonOfScaledInput() throws {
    var script = TestGraph(.float32)
    let x = script.input([4, 8])
    let scaled = try script.add(MulOp.self, [], x, script.constant([0.05], []))
    let epsilon = Float(0.01)
    let y = try script.add(
      LayerNormalizationOp.self, [Attribute("epsilon", epsilon)], scaled, script.constant([8]))
    let graph = try script.graph(y)
    let result = try optimized(&script, graph, tolerance: 1e-5)
    #expect(result.operators == ["LayerNormalization"])
    let attribute = try #require(result.nodes[0].op.attributes.first { $0.name == "epsilon" })
    guard case .float(let corrected) = attribute.value else {
      Issue.record("epsilon is no float")
      return
    }
    #expect(abs(Double(corrected) / (Double(epsilon) / 0.0025) - 1) < 1e-6)
  }
}
