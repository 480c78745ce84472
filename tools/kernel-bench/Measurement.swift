#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Seconds of processor time of this thread: what others do on the machine counts only through the caches.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Memory of floats, 64-byte aligned, filled with numbers in -1...1.
final class Floats {
  let base: UnsafeMutablePointer<Float>
  var pointer: UnsafePointer<Float> { UnsafePointer(base) }

  init(_ count: Int) {
    base = UnsafeMutableRawPointer.allocate(byteCount: (count + 64) * 4, alignment: 64)
      .assumingMemoryBound(to: Float.self)
    var state: UInt64 = 88_172_645_463_325_252
    for i in 0..<count + 64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      base[i] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
    }
  }

  deinit { base.deallocate() }
}

/// Measures kernels on one thread and prints their speeds beside the machine's roofs.
struct Report {
  /// Operations and bytes a second at the most.
  var operations: Double
  var bytes: Double
  let scratch = UnsafeMutableRawPointer.allocate(byteCount: 64 << 20, alignment: 64)

  /// The shortest of the calls that fit into a tenth of a second, at least three. `body` is told the number of
  /// the call.
  func seconds(_ body: (Int) -> Void) -> Double {
    var best = Double.infinity
    var calls = 0
    let end = processorTime() + 0.1
    while calls < 3 || processorTime() < end {
      let start = processorTime()
      body(calls)
      best = min(best, processorTime() - start)
      calls += 1
    }
    return best
  }

  /// One line: what was computed, its time, GFLOP/s and GB/s, and which part of the attainable speed that is.
  func line(_ family: String, _ shape: String, operations: Double, bytes: Double, _ body: (Int) -> Void) {
    let time = seconds(body)
    let attainable = max(operations / self.operations, bytes / self.bytes)
    print(
      padded(family, 14), padded(shape, 34), padded(fixed(time * 1e6) + " us", 13, true),
      padded(fixed(operations / time * 1e-9) + " GFLOP/s", 16, true),
      padded(fixed(bytes / time * 1e-9) + " GB/s", 12, true),
      padded(fixed(100 * attainable / time) + " %", 9, true))
  }

  func fixed(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  private func padded(_ text: String, _ width: Int, _ right: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - text.utf8.count))
    return right ? fill + text : text + fill
  }
}
