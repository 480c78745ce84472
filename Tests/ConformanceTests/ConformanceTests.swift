import Foundation
import Testing

/// ONNX's backend suites against the checked-in list of cases that pass: a ratchet in both directions.
///
/// `NGRAPH_CONFORMANCE_FILTER` (names or parts of names, comma-separated) limits the cases;
/// `tools/conformance/report` and `tools/conformance/update` use it and the journal.
@Suite struct ConformanceTests {
  private static let environment: [String: String] = ProcessInfo.processInfo.environment

  private static let listURL: URL = ConformanceLibrary.repository
    .appending(path: "Tests/ConformanceTests/passing.txt")

  @Test(
    "The cases in passing.txt pass, and no others",
    .enabled(
      if: ConformanceLibrary.location != nil,
      "there is no .cache/conformance; tools/conformance/export.py writes it, or set NGRAPH_CONFORMANCE"))
  func ratchet() throws {
    let folder = try #require(ConformanceLibrary.location)
    let library = try ConformanceLibrary(folder)
    let runner = CaseRunner(library: library)
    let journal = ConformanceJournal()
    let listed = Set(
      try String(contentsOf: Self.listURL, encoding: .utf8).split(separator: "\n").map(String.init))
    let skipped = Set(try Self.lines(inFileNamedBy: "NGRAPH_CONFORMANCE_SKIP"))
    let filter: [String]? = Self.names("NGRAPH_CONFORMANCE_FILTER")
    var passing: Int = 0
    for entry in library.cases {
      if let filter, !filter.contains(where: { entry.id.contains($0) }) { continue }
      if skipped.contains(entry.id) { continue }
      journal.begin(entry.id)
      let failure: String? = runner.failure(of: entry)
      journal.end(entry.id, failure: failure)
      if failure == nil { passing += 1 }
      if journal.isOn { continue }
      if let failure, listed.contains(entry.id) {
        Issue.record("\(entry.id) is in passing.txt and fails: \(failure)")
      } else if failure == nil, !listed.contains(entry.id) {
        Issue.record("\(entry.id) passes and is not in passing.txt; run tools/conformance/update")
      }
    }
    if filter == nil {
      let unknown = listed.subtracting(library.cases.map(\.id))
      #expect(unknown.isEmpty, "passing.txt lists cases that don't exist: \(unknown.sorted())")
    }
    print("conformance: \(passing) of \(library.cases.count) cases pass")
  }

  @Test("passing.txt is sorted and names no case twice")
  func listIsSorted() throws {
    let lines = try String(contentsOf: Self.listURL, encoding: .utf8).split(separator: "\n")
    #expect(lines == Set(lines).sorted())
  }

  private static func lines(inFileNamedBy variable: String) throws -> [String] {
    guard let path = environment[variable] else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private static func names(_ variable: String) -> [String]? {
    environment[variable].map { $0.split(separator: ",").map(String.init) }
  }
}
