internal import Models
internal import Tensors

/// NumPy's `.npz`: named arrays, each a `.npy` file in a ZIP archive, stored or deflated. Written stored,
/// with elements at multiples of 64 bytes.
package enum NPZFormat: TensorFormat {
  package static let name = "NumPy archive"
  package static let extensions = ["npz"]

  package static func read(
    _ file: MappedFile, as expected: ExpectedValue?
  ) throws(FormatError) -> [NamedValue] {
    let archive = try ZipReader(file)
    let budget = DecodingBudget(fileSize: file.count)
    var values: [NamedValue] = []
    for entry in archive.entries {
      let name: String = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
      do {
        let bytes: PayloadBytes = try archive.content(of: entry)
        let decoder = NPYDecoder(bytes: bytes, expected: expected, budget: budget)
        values.append(NamedValue(name: name, .tensor(try decoder.tensor())))
      } catch {
        throw error.within("array '\(name)'")
      }
    }
    return values
  }

  package static func write(_ values: [NamedValue], to path: String) throws(FormatError) {
    let file = try AtomicFile(path: path)
    var archive = ZipWriter(file)
    var names: Set<String> = []
    for (index, value) in values.enumerated() {
      guard let tensor = value.value.tensor else {
        throw FormatError(.unsupported, "expected tensors: a .npz file holds no other values")
      }
      let name: String = value.name ?? "arr_\(index)"
      guard names.insert(name).inserted else {
        throw FormatError(.invalid, "expected a name for each array, found '\(name)' twice")
      }
      try archive.add(name + ".npy", parts: try NPYEncoder.parts(of: tensor))
    }
    try archive.finish()
    try file.commit()
  }
}
