import Foundation
import NGraph
import Testing

@Suite struct ReadmeExampleTests {
  @Test("The README's Swift example is the code below, and it runs")
  func exampleRuns() throws {
    #expect(FileManager.default.changeCurrentDirectoryPath(SeedModel.repository.path))
    let digit: Int = try readmeExample()
    #expect((0...9).contains(digit))
    let source: String = try String(contentsOfFile: #filePath, encoding: .utf8)
    let readme: String = try String(
      contentsOf: SeedModel.repository.appending(path: "README.md"), encoding: .utf8)
    let shown = try #require(Self.block(in: readme, from: "let session = try", to: "```"))
    let compiled = try #require(Self.block(in: source, from: "let session = try", to: "  return digit"))
    #expect(shown == compiled)
  }

  /// The lines from the one that starts with `start` up to the one that starts with `end`, without
  /// indentation.
  private static func block(in text: String, from start: String, to end: String) -> [String]? {
    let lines: [String] = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    guard let first = lines.firstIndex(where: { $0.hasPrefix(start) }),
      let last = lines[first...].firstIndex(where: {
        $0.hasPrefix(end.trimmingCharacters(in: .whitespaces))
      })
    else { return nil }
    return Array(lines[first..<last])
  }
}

private func readmeExample() throws -> Int {
  let session = try InferenceSession(path: "models/mlp-ln/model.pb")
  print(session.inputs)  // [images: float32[batch, 64]]

  let image = [Float](repeating: 0, count: 64)  // 8 x 8 pixels of 0 to 16
  let results = try session.run(["images": NDArray(image, shape: [1, 64])])

  let scores = try results["probabilities"]!.array(of: Float.self)
  let digit = scores.firstIndex(of: scores.max()!)!
  print("a \(digit), with probability \(scores[digit])")
  return digit
}
