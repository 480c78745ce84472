import Foundation

/// One case of ONNX's backend suites, as `tools/conformance/export.py` describes it in `index.json`.
struct ConformanceCase: Decodable, Sendable {
  struct ValueDescription: Decodable, Sendable {
    let name: String
    /// `tensor`, `sequence(tensor)`, `optional(sequence(tensor))`, ...
    let kind: String
    let type: String
  }

  let suite: String
  let name: String
  let rtol: Double
  let atol: Double
  let dataSets: Int
  let operators: [String]
  let inputs: [ValueDescription]
  let outputs: [ValueDescription]

  private enum CodingKeys: String, CodingKey {
    case suite, name, rtol, atol, operators, inputs, outputs
    case dataSets = "data_sets"
  }

  /// How the case is called in `passing.txt` and in reports.
  var id: String { "\(suite)/\(name)" }
}

/// The folder that the suites were written to.
struct ConformanceLibrary: Sendable {
  let folder: URL
  let cases: [ConformanceCase]

  /// This repository.
  static let repository: URL = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// `NGRAPH_CONFORMANCE`, or `.cache/conformance` in the repository; nil where nothing is there.
  static let location: URL? = {
    let named: String? = ProcessInfo.processInfo.environment["NGRAPH_CONFORMANCE"]
    let folder: URL = named.map { URL(filePath: $0) } ?? repository.appending(path: ".cache/conformance")
    let index: URL = folder.appending(path: "index.json")
    return FileManager.default.fileExists(atPath: index.path) ? folder : nil
  }()

  init(_ folder: URL) throws {
    self.folder = folder
    let index: Data = try Data(contentsOf: folder.appending(path: "index.json"))
    cases = try JSONDecoder().decode([ConformanceCase].self, from: index)
  }

  func modelPath(_ entry: ConformanceCase) -> String {
    folder.appending(path: "\(entry.id)/model.onnx").path
  }

  func valuePath(_ entry: ConformanceCase, dataSet: Int, _ stem: String) -> String {
    folder.appending(path: "\(entry.id)/test_data_set_\(dataSet)/\(stem).pb").path
  }
}
