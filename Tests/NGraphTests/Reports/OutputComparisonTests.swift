import NGraph
import Testing

@Suite struct OutputComparisonTests {
  private func compare(_ found: [Float], _ expected: [Float], shape: [Int]? = nil) throws -> OutputComparison
  {
    OutputComparison(
      name: "y", found: .array(try NDArray(found, shape: shape ?? [found.count])),
      expected: .array(try NDArray(expected, shape: shape ?? [expected.count])))
  }

  @Test("Equal arrays pass a tolerance of 0, NaN and infinity included")
  func equal() throws {
    let comparison = try compare([1, .nan, -.infinity], [1, .nan, -.infinity])
    #expect(comparison.passes(0))
    #expect(comparison.scale == 1)
  }

  @Test("The passing tolerance is the largest error by the largest magnitude")
  func tolerance() throws {
    let comparison = try compare([1, 2.5, 8], [1, 2, 8], shape: [1, 3])
    #expect(comparison.largestAbsoluteError == 0.5)
    #expect(comparison.largestRelativeError == 0.25)
    #expect(comparison.passingTolerance == 0.0625)
    #expect(comparison.worstIndex == [0, 1])
    #expect(comparison.passes(0.0625))
    #expect(!comparison.passes(0.0624))
  }

  @Test("A NaN or an infinity in one array only never passes")
  func notFinite() throws {
    #expect(try !compare([.nan, 1], [1, 1]).passes(1e9))
    #expect(try !compare([1, 1], [.infinity, 1]).passes(1e9))
    #expect(try !compare([.infinity], [-.infinity]).passes(1e9))
  }

  @Test("Another type, another shape and nothing to compare with are mismatches")
  func mismatches() throws {
    let floats: ModelValue = .array(NDArray([1, 2] as [Float]))
    let doubles: ModelValue = .array(NDArray([1, 2] as [Double]))
    #expect(OutputComparison(name: "y", found: floats, expected: doubles).mismatch != nil)
    #expect(OutputComparison(name: "y", found: floats, expected: nil).mismatch != nil)
    #expect(OutputComparison(name: "y", found: floats, expected: .sequence([floats])).mismatch != nil)
    #expect(OutputComparison(name: "y", found: .sequence([floats]), expected: .sequence([])).mismatch != nil)
    #expect(!OutputComparison(name: "y", found: floats, expected: nil).passes(1e9))
  }

  @Test("Against zeros the error itself is the tolerance")
  func zeros() throws {
    #expect(try compare([0.25, 0], [0, 0]).passingTolerance == 0.25)
  }
}
