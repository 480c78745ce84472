#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The memory of this process that lies in the machine's.
enum ResidentMemory {
  /// The most bytes that have been resident since the process began; nil where the system doesn't say.
  static var peak: Int? {
    #if os(Linux)
      guard let file = fopen("/proc/self/status", "r") else { return nil }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 256)
      while fgets(&line, Int32(line.count), file) != nil {
        let bytes: [UInt8] = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        if let kilobytes = kilobytes(in: String(decoding: bytes, as: UTF8.self)) { return kilobytes * 1024 }
      }
      return nil
    #else
      var usage = rusage()
      return getrusage(RUSAGE_SELF, &usage) == 0 ? Int(usage.ru_maxrss) : nil
    #endif
  }

  /// The number in a line `VmHWM:    12345 kB`; nil for other lines.
  static func kilobytes(in line: String) -> Int? {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" })
    guard words.count >= 2, words[0] == "VmHWM:" else { return nil }
    return Int(words[1])
  }
}
