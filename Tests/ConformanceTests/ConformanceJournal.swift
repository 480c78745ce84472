import Foundation

/// Writes down what happens to each case, at once, so that a report can be made even when a case takes the
/// process with it: `begin<TAB>case`, then `end<TAB>case<TAB>pass` or `fail<TAB>reason`.
final class ConformanceJournal {
  private let handle: FileHandle?

  /// Writes to the file named by `NGRAPH_CONFORMANCE_JOURNAL`, if any.
  init() {
    guard let path = ProcessInfo.processInfo.environment["NGRAPH_CONFORMANCE_JOURNAL"] else {
      handle = nil
      return
    }
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    handle = FileHandle(forWritingAtPath: path)
    _ = try? handle?.seekToEnd()
  }

  var isOn: Bool { handle != nil }

  func begin(_ id: String) { write("begin\t\(id)\n") }

  func end(_ id: String, failure: String?) {
    let reason: String? = failure?.replacing("\n", with: " ").replacing("\t", with: " ")
    write(reason.map { "end\t\(id)\tfail\t\($0)\n" } ?? "end\t\(id)\tpass\n")
  }

  private func write(_ line: String) { handle?.write(Data(line.utf8)) }
}
