internal import Models

/// The operator sets that a model or a function imports: a version for each domain.
///
/// The empty domain and `ai.onnx` are the same. What a function does not import is taken from the model.
struct OperatorSets {
  private var versions: [String: Int] = [:]

  /// The newest version of ONNX's own domains that is read; other domains are not limited.
  static let newest: [String: Int] = [
    "": ModelImporter.newestOperatorSet, "ai.onnx.ml": 5, "ai.onnx.training": 1,
    "ai.onnx.preview.training": 1,
  ]

  /// `domain` as operators are looked up: empty for `ai.onnx`.
  static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  init(_ imports: [OperatorSetID], inheriting outer: OperatorSets? = nil, report: (ImportError) -> Void) {
    versions = outer?.versions ?? [:]
    var stated: [String: Int64] = [:]
    for entry in imports {
      let domain: String = Self.canonical(entry.domain)
      if let other = stated[domain], other != entry.version {
        report(
          ImportError(
            .unsupportedOperatorSet,
            "domain '\(Self.shown(domain))' is imported in the versions \(other) and \(entry.version)"))
        continue
      }
      stated[domain] = entry.version
      let limit: Int = Self.newest[domain] ?? Int(Int32.max)
      guard entry.version >= 1, entry.version <= limit else {
        report(
          ImportError(
            .unsupportedOperatorSet,
            "operator set \(entry.version) of '\(Self.shown(domain))' is imported; versions 1 to \(limit) are known"
          ))
        versions[domain] = min(max(Int(clamping: entry.version), 1), limit)
        continue
      }
      versions[domain] = Int(entry.version)
    }
  }

  /// The version of `domain`, which is canonical.
  subscript(domain: String) -> Int? { versions[domain] }

  /// The name of a domain that users know.
  static func shown(_ domain: String) -> String { domain.isEmpty ? "ai.onnx" : domain }
}
