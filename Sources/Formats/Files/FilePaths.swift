/// Paths as text: POSIX, `/` separated, never looked up.
package enum FilePaths {
  /// The part after the last `/`.
  package static func lastComponent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
    return String(path[path.utf8.index(after: slash)...])
  }

  /// What comes before the last component: a folder, `.` where the path names none.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  /// The extension in lower case without its dot; empty where there is none.
  package static func fileExtension(of path: String) -> String {
    let name: String = lastComponent(of: path)
    guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")), dot != name.utf8.startIndex else { return "" }
    return name[name.utf8.index(after: dot)...].lowercased()
  }

  /// `name` inside of `folder`.
  package static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The components of a path that stays below the folder it starts in, or what is wrong with it.
  static func componentsBelow(_ path: String) throws(FormatError) -> [String] {
    func refusal(_ what: String) -> FormatError {
      FormatError(
        .unsafePath, "external data at '\(path)': expected a path below the model's folder, found \(what)")
    }
    guard !path.isEmpty else { throw refusal("an empty path") }
    guard !path.utf8.contains(0) else { throw refusal("a zero byte in it") }
    guard path.utf8.first != UInt8(ascii: "/") else { throw refusal("an absolute path") }
    var components: [String] = []
    for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
      let component: String = String(Substring(part))
      if component == "." { continue }
      guard component != ".." else { throw refusal("'..'") }
      components.append(component)
    }
    guard !components.isEmpty else { throw refusal("no file name") }
    return components
  }
}
