import Foundation
import Optimizing
import Testing

/// The order of the stages is their meaning, so readers must find all of them in the documentation.
@Suite struct PipelineTests {
  @Test("The table in FromFileToAnswer.md names the stages of a session, in their order")
  func documentedStages() throws {
    let repository: URL = URL(filePath: #filePath).appending(path: "../../..").standardized
    let article: String = try String(
      contentsOf: repository.appending(path: "Sources/NGraph/NGraph.docc/FromFileToAnswer.md"),
      encoding: .utf8)
    let table: String = try #require(article.components(separatedBy: "| phase | stage |").last)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") }
    let stages: [String] = rows.flatMap { row in
      row.split(separator: "|", omittingEmptySubsequences: false)[2].split(separator: ",")
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(stages == OptimizationStage.session.map(\.name))
  }
}
