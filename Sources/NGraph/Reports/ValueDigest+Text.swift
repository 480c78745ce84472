extension ValueDigest {
  /// The digest in lines for a terminal.
  package var lines: [String] {
    var lines: [String] = []
    if !all.isEmpty {
      lines += Self.rows(all, width: shape.last ?? 1)
    } else if !first.isEmpty {
      lines.append(first.joined(separator: "  ") + "  ...  " + last.joined(separator: "  "))
    }
    if let statistics, all.count != 1 {
      var line: String =
        "min \(text(statistics.least))  mean \(NumberText.general(statistics.mean))  max \(text(statistics.greatest))"
      if statistics.nanCount > 0 { line += "  nan \(NumberText.grouped(statistics.nanCount))" }
      lines.append(line)
    }
    for (row, scores) in topScores.enumerated() {
      let label: String = topScores.count > 1 ? "top five of row \(row):" : "top five:"
      lines.append(label + scores.map { "  [\($0.position)] \(text($0.value))" }.joined())
    }
    return lines
  }

  private func text(_ value: Double) -> String { Self.text(value, dataType) }

  /// The elements, a line for each row of the last axis, columns aligned.
  private static func rows(_ elements: [String], width: Int) -> [String] {
    let longest: Int = elements.map(\.count).max() ?? 0
    let columns: Int = max(width, 1)
    return stride(from: 0, to: elements.count, by: columns).map { start in
      let row: ArraySlice<String> = elements[start..<min(start + columns, elements.count)]
      return row.map { String(repeating: " ", count: longest - $0.count) + $0 }.joined(separator: "  ")
    }
  }

  /// The members of a JSON object that describes the array: its elements, in row-major order, where they
  /// are few.
  package var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("type", .string(dataType.rawValue)), ("shape", .array(shape.map { .integer($0) })),
    ]
    if !json.isEmpty || shape.contains(0) { members.append(("values", .array(json))) }
    if let statistics {
      members.append(("min", .number(statistics.least)))
      members.append(("mean", .number(statistics.mean)))
      members.append(("max", .number(statistics.greatest)))
      members.append(("nan", .integer(statistics.nanCount)))
    }
    if !topScores.isEmpty {
      let rows: [JSONValue] = topScores.map { row in
        .array(row.map { .object([("position", .integer($0.position)), ("value", .number($0.value))]) })
      }
      members.append(("top", .array(rows)))
    }
    return members
  }
}
