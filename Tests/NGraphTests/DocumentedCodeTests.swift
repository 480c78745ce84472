import Foundation
import Testing

/// Code that the documentation shows is code of the package, to the letter.
@Suite struct DocumentedCodeTests {
  @Test("Conformances in DissolvingNormalization.md are those of the operators' own files")
  func conformances() throws {
    let sources: URL = SeedModel.repository.appending(path: "Sources")
    let article: String = try String(
      contentsOf: sources.appending(path: "NGraph/NGraph.docc/DissolvingNormalization.md"), encoding: .utf8)
    var files: [String: URL] = [:]
    let folder = FileManager.default.enumerator(
      at: sources.appending(path: "Operators"), includingPropertiesForKeys: nil)
    while let file = folder?.nextObject() as? URL { files[file.lastPathComponent] = file }
    let blocks: [String] = article.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(blocks.count == 2)
    for block in blocks {
      let name: String = try #require(block.components(separatedBy: " ").dropFirst().first)
      let operatorName: String = name.replacingOccurrences(of: "Op:", with: "")
      let file: URL = try #require(files["\(operatorName)+Maps.swift"])
      #expect(try String(contentsOf: file, encoding: .utf8).contains(block))
    }
  }
}
