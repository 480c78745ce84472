internal import NGraph

/// What `ngraph run` prints.
struct RunPresentation {
  let reports: [ValueReport]
  let comparisons: [OutputComparison]
  let tolerance: Double
  let recorder: ProfileRecorder?
  let times: RunTimes
  /// What a precision other than f32 changes, which standard error tells people.
  let precision: PrecisionReport?

  var text: String {
    var lines: [String] = []
    for report in reports {
      lines.append("\(Terminal.strong(report.name))  \(report.kind)")
      lines += report.lines.map { "  " + $0 }
    }
    if !comparisons.isEmpty { lines += [""] + comparison }
    if let recorder {
      lines += [""] + profile(recorder.operators, title: "operator")
      lines += [""] + profile(recorder.nodes, title: "node")
      lines.append(Terminal.faint(times.text))
    }
    return lines.joined(separator: "\n")
  }

  private var comparison: [String] {
    var table = Table(["output", "verdict", "absolute", "relative", "passes from"], leftColumns: 2)
    for comparison in comparisons {
      let verdict: String = comparison.passes(tolerance) ? "equal" : "differs"
      if let mismatch = comparison.mismatch {
        table.add([comparison.name, "\(verdict): \(mismatch)"])
        continue
      }
      table.add([
        comparison.name, verdict, NumberText.general(comparison.largestAbsoluteError, digits: 3),
        NumberText.general(comparison.largestRelativeError, digits: 3),
        NumberText.general(comparison.passingTolerance, digits: 3),
      ])
    }
    return emphasized(table) + [
      Terminal.faint("tolerance \(NumberText.general(tolerance)) of the largest magnitude expected")
    ]
  }

  private func profile(_ rows: [ProfileRecorder.Row], title: String) -> [String] {
    let isNode: Bool = title == "node"
    var table = Table(
      (isNode ? ["operator", "node"] : ["operator"]) + ["calls", "time", "share", "GFLOP/s"],
      leftColumns: isNode ? 2 : 1)
    for row in rows {
      let rate: Double = row.nanoseconds == 0 ? 0 : Double(row.flops) / Double(row.nanoseconds)
      table.add(
        (isNode ? [row.op, row.name] : [row.op]) + [
          String(row.calls), NumberText.duration(nanoseconds: row.nanoseconds),
          NumberText.fixed(100 * row.share, decimals: 1) + " %", NumberText.fixed(rate, decimals: 2),
        ])
    }
    let total: UInt64 = rows.reduce(0) { $0 + $1.nanoseconds }
    return emphasized(table) + [Terminal.faint("total \(NumberText.duration(nanoseconds: total))")]
  }

  private func emphasized(_ table: Table) -> [String] {
    table.lines.enumerated().map { $0 == 0 ? Terminal.strong($1) : $1 }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = [("outputs", .array(reports.map(\.json)))]
    if !comparisons.isEmpty {
      members.append(("tolerance", .number(tolerance)))
      members.append(("passed", .bool(comparisons.allSatisfy { $0.passes(tolerance) })))
      members.append(("comparisons", .array(comparisons.map(\.json))))
    }
    if let precision { members.append(("precision", precision.json)) }
    if let recorder {
      func rows(_ rows: [ProfileRecorder.Row]) -> JSONValue {
        .array(
          rows.map { row in
            .object([
              ("operator", .string(row.op)), ("name", .string(row.name)), ("calls", .integer(row.calls)),
              ("nanoseconds", .integer(Int(row.nanoseconds))), ("share", .number(row.share)),
              ("flops", .integer(row.flops)),
            ])
          })
      }
      members.append(("runs", times.json))
      members.append(
        ("profile", .object([("operators", rows(recorder.operators)), ("nodes", rows(recorder.nodes))])))
    }
    return .object(members)
  }
}
