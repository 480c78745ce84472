internal import Formats

extension ModelBenchmark {
  /// Columns of text; the first `leftColumns` are flush left.
  package struct Columns: Sendable {
    package let header: [String]
    package let leftColumns: Int
    package let rows: [[String]]
  }

  /// The phases, times and memory as lines.
  package var summary: [String] {
    let times: [String] = [
      ("min", runs.minimum), ("median", runs.median), ("p90", runs.p90), ("p99", runs.p99),
    ].map { "\($0) \(NumberText.duration(nanoseconds: $1))" }
    let once: [String] = phases.map { "\($0.name) \(NumberText.duration(nanoseconds: $0.nanoseconds))" }
    var memory: [String] = []
    if let peakMemory { memory.append("\(NumberText.bytes(peakMemory)) resident at the most") }
    memory.append("\(NumberText.bytes(packedBytes)) of packed weights")
    memory.append("arena \(NumberText.bytes(arenaBytes))")
    let peak: String = NumberText.fixed(roofline.operationsPerSecond / 1e9, decimals: 1)
    let stream: String = NumberText.fixed(roofline.bytesPerSecond / 1e9, decimals: 1)
    var lines: [String] = [
      "\(runs.count) runs: " + times.joined(separator: ", "),
      "once: " + once.joined(separator: ", "),
      "memory: " + memory.joined(separator: ", "),
      "roofs of \(kernels) with \(threads) thread\(threads == 1 ? "" : "s"): \(peak) GFLOP/s, \(stream) GB/s reading \(NumberText.bytes(roofline.readBytes))",
    ]
    if let precision { lines.append(precision.text) }
    return lines
  }

  /// The time by operator, the slowest first.
  package var operatorColumns: Columns {
    var merged: [String: (calls: Int, nanoseconds: UInt64, operations: Int, bytes: Int)] = [:]
    for step in steps {
      var row = merged[step.op] ?? (0, 0, 0, 0)
      row = (
        row.calls + 1, row.nanoseconds + step.nanoseconds, row.operations &+ step.operations,
        row.bytes &+ step.bytes
      )
      merged[step.op] = row
    }
    let total: UInt64 = steps.reduce(0) { $0 + $1.nanoseconds }
    let sorted = merged.sorted { ($1.value.nanoseconds, $0.key) < ($0.value.nanoseconds, $1.key) }
    return Columns(
      header: ["operator", "steps"] + Self.rateHeader, leftColumns: 1,
      rows: sorted.map { op, row in
        [op, String(row.calls)]
          + rates(
            row.nanoseconds, share: total == 0 ? 0 : Double(row.nanoseconds) / Double(total), row.operations,
            row.bytes)
      })
  }

  /// The time of every step, in the plan's order.
  package var stepColumns: Columns {
    Columns(
      header: ["operator", "node", "kernel"] + Self.rateHeader, leftColumns: 3,
      rows: steps.map { step in
        [step.op, step.node, step.kernel]
          + rates(step.nanoseconds, share: step.share, step.operations, step.bytes)
      })
  }

  private static let rateHeader: [String] = ["time", "share", "GFLOP/s", "GB/s", "of roof"]

  private func rates(_ nanoseconds: UInt64, share: Double, _ operations: Int, _ bytes: Int) -> [String] {
    let scale: Double = nanoseconds == 0 ? 0 : 1 / Double(nanoseconds)
    let reached: Double = roofline.share(operations: operations, bytes: bytes, nanoseconds: nanoseconds)
    return [
      NumberText.duration(nanoseconds: nanoseconds), NumberText.fixed(100 * share, decimals: 1) + " %",
      NumberText.fixed(Double(operations) * scale, decimals: 1),
      NumberText.fixed(Double(bytes) * scale, decimals: 1),
      NumberText.fixed(100 * reached, decimals: 0) + " %",
    ]
  }

  package var json: JSONValue {
    .object([
      ("model", .string(path)), ("threads", .integer(threads)), ("kernels", .string(kernels)),
      ("phases", .object(phases.map { ($0.name, .integer(Int($0.nanoseconds))) })),
      (
        "runs",
        .object([
          ("count", .integer(runs.count)), ("minimum", .integer(Int(runs.minimum))),
          ("median", .integer(Int(runs.median))), ("p90", .integer(Int(runs.p90))),
          ("p99", .integer(Int(runs.p99))),
        ])
      ),
      ("precision", precision?.json ?? .null), ("peakMemory", JSONValue(peakMemory)),
      ("packedBytes", .integer(packedBytes)),
      ("arenaBytes", .integer(arenaBytes)),
      (
        "roofline",
        .object([
          ("operationsPerSecond", .number(roofline.operationsPerSecond)),
          ("bytesPerSecond", .number(roofline.bytesPerSecond)), ("readBytes", .integer(roofline.readBytes)),
        ])
      ),
      (
        "steps",
        .array(
          steps.map { step in
            .object([
              ("operator", .string(step.op)), ("node", .string(step.node)), ("kernel", .string(step.kernel)),
              ("calls", .integer(step.calls)), ("nanoseconds", .integer(Int(step.nanoseconds))),
              ("share", .number(step.share)), ("operations", .integer(step.operations)),
              ("bytes", .integer(step.bytes)), ("rooflineShare", .number(step.rooflineShare)),
            ])
          })
      ),
    ])
  }

  /// Writes the timeline to the file at `path`.
  package func writeTrace(to path: String) throws(NGraphError) {
    do { try TextFile.write(trace, to: path) } catch { throw NGraphError(error) }
  }
}
