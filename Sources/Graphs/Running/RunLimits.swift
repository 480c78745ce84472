#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The monotonic clock.
package enum MonotonicClock {
  /// Nanoseconds since some moment.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

/// What a run may take: a model is somebody's program, and may ask for any amount of memory and time.
package struct RunLimits: Sendable, Hashable {
  /// Bytes for the arena of a plan with its outputs and packed weights, and for any one tensor that is
  /// allocated during a run.
  package var memoryBytes: Int
  /// The moment, on `MonotonicClock`, from which on steps and iterations of loops no longer start.
  package var deadline: UInt64

  package init(memoryBytes: Int = .max, deadline: UInt64 = .max) {
    self.memoryBytes = memoryBytes
    self.deadline = deadline
  }

  package static let none = RunLimits()

  /// Throws where the time is up.
  @inline(__always)
  package func checkTime() throws(ExecutionError) {
    if deadline != .max, MonotonicClock.nanoseconds >= deadline {
      throw ExecutionError(.timeLimit, "the run took longer than its time limit")
    }
  }
}
