internal import Execution
internal import Graphs
internal import KernelInterface
internal import Tensors

/// What the machine can do at the most with one table of kernels and a number of threads: the two roofs of
/// the roofline model (Williams, Waterman, Patterson 2009), both measured.
public struct Roofline: Sendable, Hashable {
  /// f32 operations a second of independent multiply-adds in registers, a multiply-add counting two.
  public var operationsPerSecond: Double
  /// Bytes a second of reading memory from the first to the last, again and again.
  public var bytesPerSecond: Double
  /// How many bytes were read each time: as many as the model has weights, so that what fits into a cache
  /// is compared with what fits into a cache.
  public var readBytes: Int

  public init(operationsPerSecond: Double, bytesPerSecond: Double, readBytes: Int) {
    self.operationsPerSecond = operationsPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.readBytes = readBytes
  }

  /// The part of the attainable speed that work reached which took so long, 0 to 1: the attainable time is
  /// the longer one of computing and of moving bytes. What stays in a faster cache may pass 1.
  public func share(operations: Int, bytes: Int, nanoseconds: UInt64) -> Double {
    guard nanoseconds > 0, operationsPerSecond > 0, bytesPerSecond > 0 else { return 0 }
    let attainable: Double = max(Double(operations) / operationsPerSecond, Double(bytes) / bytesPerSecond)
    return attainable * 1e9 / Double(nanoseconds)
  }
}

extension Roofline {
  /// How long each roof is measured.
  private static let nanoseconds: UInt64 = 100_000_000

  /// Measures both roofs with the threads of `runner`, reading `readBytes` bytes.
  init(kernels: RooflineKernels, runner: any TaskRunner, readBytes: Int) {
    let rounds: Int = 20_000
    let computing: UInt64 = Self.fastest { _ in
      runner.run(count: runner.workerCount) { _, _ in _ = kernels.multiplyAddsF32(rounds) }
    }
    let operations: Int = rounds * kernels.operationsPerRound * runner.workerCount

    // Tasks of 256 KiB, so that threads of different speed end together.
    let piece: Int = 1 << 16
    let tasks: Int = max(readBytes / (4 * piece), 1)
    let storage = Storage(byteCount: 4 * tasks * piece, zeroed: true)
    let source = UnsafePointer(storage.base.assumingMemoryBound(to: Float.self))
    let reading: UInt64 = Self.fastest { _ in
      runner.run(count: tasks) { task, _ in _ = kernels.readF32(source + task * piece, piece) }
    }
    self.init(
      operationsPerSecond: Double(operations) * 1e9 / Double(max(computing, 1)),
      bytesPerSecond: Double(storage.byteCount) * 1e9 / Double(max(reading, 1)),
      readBytes: storage.byteCount)
  }

  /// The fastest of the calls that fit into the time, at least three.
  private static func fastest(_ body: (Int) -> Void) -> UInt64 {
    var fastest: UInt64 = .max
    let begin: UInt64 = MonotonicClock.nanoseconds
    var calls: Int = 0
    while calls < 3 || MonotonicClock.nanoseconds &- begin < nanoseconds {
      let start: UInt64 = MonotonicClock.nanoseconds
      body(calls)
      fastest = min(fastest, MonotonicClock.nanoseconds &- start)
      calls += 1
    }
    return fastest
  }
}
