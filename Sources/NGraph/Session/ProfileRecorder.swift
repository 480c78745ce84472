package import Execution
internal import Graphs

/// Where the time of runs went: a table by operator, and one by node.
package final class ProfileRecorder {
  /// One line: an operator or a node.
  package struct Row: Sendable {
    package var name: String
    /// The operator; equal to the name in the table by operator.
    package var op: String
    package var calls: Int
    package var nanoseconds: UInt64
    /// The part of the time of all rows, 0 to 1.
    package var share: Double
    package var flops: Int
  }

  /// Nanoseconds since some moment.
  package static var now: UInt64 { MonotonicClock.nanoseconds }

  package let profile: RunProfile

  package init() { profile = RunProfile() }

  init(_ profile: RunProfile) { self.profile = profile }

  package var runs: Int { profile.runs }

  /// A row for each step of the plan, in its order.
  package var nodes: [Row] {
    rows(
      profile.entries.map { entry in
        let op: String = entry.place.op ?? "?"
        return Row(
          name: entry.place.node ?? "", op: op, calls: entry.calls, nanoseconds: entry.nanoseconds, share: 0,
          flops: entry.cost.flops &* entry.calls)
      })
  }

  /// A row for each operator, the slowest first.
  package var operators: [Row] {
    var merged: [String: Row] = [:]
    for node in nodes {
      var row: Row =
        merged[node.op] ?? Row(name: node.op, op: node.op, calls: 0, nanoseconds: 0, share: 0, flops: 0)
      row.calls += node.calls
      row.nanoseconds += node.nanoseconds
      row.flops &+= node.flops
      merged[node.op] = row
    }
    return rows(merged.values.sorted { ($1.nanoseconds, $0.op) < ($0.nanoseconds, $1.op) })
  }

  private func rows(_ rows: [Row]) -> [Row] {
    let total: UInt64 = rows.reduce(0) { $0 + $1.nanoseconds }
    return rows.map { row in
      var row: Row = row
      row.share = total == 0 ? 0 : Double(row.nanoseconds) / Double(total)
      return row
    }
  }
}
