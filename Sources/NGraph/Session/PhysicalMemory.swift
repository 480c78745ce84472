#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import Graphs

/// The memory of the machine.
enum PhysicalMemory {
  /// Bytes of memory that the machine has; as good as unlimited where it does not say.
  static let bytes: Int = {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    guard pages > 0, size > 0 else { return Int.max }
    return pages * size
  }()
}

extension InferenceSession.Options {
  /// The moment at which a run that starts now must end.
  var deadline: UInt64 {
    guard let timeLimit else { return .max }
    let (seconds, attoseconds) = timeLimit.components
    let nanoseconds: Double = Double(seconds) * 1e9 + Double(attoseconds) * 1e-9
    guard nanoseconds < 1e18 else { return .max }
    return MonotonicClock.nanoseconds &+ UInt64(max(nanoseconds, 0))
  }
}
