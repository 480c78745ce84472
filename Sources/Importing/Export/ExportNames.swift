/// Names that are in use in a model. ONNX asks that a name in a subgraph differs from those around it;
/// here every name is used once in the whole model.
struct ExportNames {
  private var used: Set<String> = []
  /// Where the search for a free number goes on, by name.
  private var next: [String: Int] = [:]

  /// Takes a name that must be kept. Whoever has it already keeps it too.
  mutating func reserve(_ name: String) { used.insert(name) }

  /// `name`, or `name_2`, `name_3` and so on where it is taken.
  mutating func unique(_ name: String) -> String {
    let base: String = name.isEmpty ? "value" : name
    if used.insert(base).inserted { return base }
    var number: Int = next[base] ?? 2
    while !used.insert("\(base)_\(number)").inserted { number += 1 }
    next[base] = number + 1
    return "\(base)_\(number)"
  }
}
