internal import NGraph

/// How long runs took, from the inputs to the outputs.
struct RunTimes {
  /// Nanoseconds since some moment.
  static var now: UInt64 { ProfileRecorder.now }

  private let sorted: [UInt64]

  init(_ nanoseconds: [UInt64]) { sorted = nanoseconds.sorted() }

  private var fastest: UInt64 { sorted.first ?? 0 }
  private var median: UInt64 { sorted.isEmpty ? 0 : sorted[sorted.count / 2] }

  var text: String {
    if sorted.count == 1 { return "1 run: \(NumberText.duration(nanoseconds: fastest))" }
    return
      "\(sorted.count) runs: fastest \(NumberText.duration(nanoseconds: fastest)), median \(NumberText.duration(nanoseconds: median))"
  }

  var json: JSONValue {
    .object([
      ("count", .integer(sorted.count)), ("fastestNanoseconds", .integer(Int(fastest))),
      ("medianNanoseconds", .integer(Int(median))),
    ])
  }
}
