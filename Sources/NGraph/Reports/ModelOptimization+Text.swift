extension ModelOptimization {
  /// Rows of what there was, what there is, for a table: name, before, after.
  package var rows: [[String]] {
    func row(_ name: String, _ text: (ModelExtent) -> String) -> [String] {
      [name, text(before), text(after)]
    }
    func optional(_ value: Int?, _ text: (Int) -> String) -> String { value.map(text) ?? "-" }
    var rows: [[String]] = [row("operators") { NumberText.grouped($0.operators) }]
    rows.append(row("normalizations") { NumberText.grouped($0.normalizationCount) })
    let names: Set<String> = Set((before.normalizations + after.normalizations).map(\.name))
    for name in names.sorted() {
      rows.append(
        row("  \(name)") { extent in
          NumberText.grouped(extent.normalizations.first { $0.name == name }?.count ?? 0)
        })
    }
    rows.append(row("parameters") { NumberText.grouped($0.parameters) })
    rows.append(row("operations a run") { optional($0.flops, NumberText.operations) })
    rows.append(row("bytes moved a run") { optional($0.movedBytes, NumberText.bytes) })
    rows.append(row("file") { optional($0.fileBytes, NumberText.bytes) })
    return rows
  }

  /// What became of each normalization, scale and shift, in lines. Those that are gone in the same way are
  /// one line, unless they were normalizations.
  package var fateLines: [(title: String, lines: [String])] {
    let norms: [NormalizationFate] = fates.filter(\.isNormalization)
    let maps: [NormalizationFate] = fates.filter { !$0.isNormalization }
    var sections: [(title: String, lines: [String])] = []
    if !norms.isEmpty { sections.append(("Normalizations", norms.flatMap { Self.lines($0) })) }
    if !maps.isEmpty {
      var gone: [String: Int] = [:]
      var lines: [String] = []
      for fate in maps {
        if fate.remaining.isEmpty {
          gone["\(fate.op): gone\(Self.list(fate.changes))", default: 0] += 1
        } else {
          lines += Self.lines(fate)
        }
      }
      let counted: [String] = gone.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      sections.append(("Scales and shifts", counted + lines))
    }
    sections.append(("Folded weights", [folding.line]))
    if !kept.isEmpty { sections.append(("Kept", kept.map { "'\($0)' stays as it is" })) }
    return sections
  }

  private static func list(_ changes: [String]) -> String {
    changes.isEmpty ? "" : " (\(changes.joined(separator: "; ")))"
  }

  private static func lines(_ fate: NormalizationFate) -> [String] {
    ["\(fate.op) '\(fate.name)': \(fate.state)\(list(fate.changes))"]
      + fate.obstacles.map { "  \($0)" }
  }

  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("source", .string(source)), ("target", .string(target)), ("written", .bool(isWritten)),
      ("before", before.json), ("after", after.json),
      ("rewrites", .object(rules.map { ($0.rule, .integer($0.count)) })),
      ("fates", .array(fates.map(\.json))), ("kept", .array(kept.map { .string($0) })),
      ("folding", folding.json),
    ]
    if let verification { members.append(("verification", verification.json)) }
    return .object(members)
  }
}

extension ModelExtent {
  package var json: JSONValue {
    .object([
      ("operators", .integer(operators)),
      ("normalizations", .object(normalizations.map { ($0.name, .integer($0.count)) })),
      ("parameters", .integer(parameters)), ("flops", JSONValue(flops)),
      ("movedBytes", JSONValue(movedBytes)), ("fileBytes", JSONValue(fileBytes)),
    ])
  }
}
