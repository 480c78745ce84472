/// A file of UTF-8 text, written as a whole or not at all.
package enum TextFile {
  /// Writes `text` to the file at `path`, in the place of what is there.
  package static func write(_ text: String, to path: String) throws(FormatError) {
    let file = try AtomicFile(path: path)
    let bytes: [UInt8] = Array(text.utf8)
    try bytes.withUnsafeBufferPointer { (bytes) throws(FormatError) in
      try file.append(UnsafeRawBufferPointer(bytes))
    }
    try file.commit()
  }
}
