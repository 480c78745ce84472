/// How long repeated runs took, in nanoseconds, from the inputs to the outputs.
///
/// A percentile is the smallest time that so many of a hundred runs did not exceed (nearest rank); the
/// median is the 50th.
public struct RunStatistics: Sendable, Hashable {
  private let sorted: [UInt64]

  /// The statistics of `nanoseconds`, in any order.
  public init(_ nanoseconds: [UInt64]) { sorted = nanoseconds.sorted() }

  /// How many runs were timed.
  public var count: Int { sorted.count }
  /// The fastest run; 0 without runs.
  public var minimum: UInt64 { sorted.first ?? 0 }
  /// The run in the middle.
  public var median: UInt64 { percentile(50) }
  /// What nine of ten runs did not exceed.
  public var p90: UInt64 { percentile(90) }
  /// What ninety-nine of a hundred runs did not exceed.
  public var p99: UInt64 { percentile(99) }

  /// The time that `percent` of a hundred runs did not exceed; 0 without runs.
  public func percentile(_ percent: Int) -> UInt64 {
    guard !sorted.isEmpty else { return 0 }
    let rank: Int = (min(max(percent, 0), 100) * sorted.count + 99) / 100
    return sorted[max(rank, 1) - 1]
  }
}
