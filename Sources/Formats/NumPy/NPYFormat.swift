internal import Models
internal import Tensors

/// NumPy's `.npy`: one array. Read: booleans, integers, floats and complex numbers of either byte order, in C
/// or Fortran order, and strings (`U`, `S`). NumPy has no name for bfloat16 and what is below a byte: such
/// elements are written as raw `V` bytes (4- and 2-bit ones a byte each), and read where the type is
/// expected. Python objects are refused.
package enum NPYFormat: TensorFormat {
  package static let name = "NumPy array"
  package static let extensions = ["npy"]

  package static func read(
    _ file: MappedFile, as expected: ExpectedValue?
  ) throws(FormatError) -> [NamedValue] {
    let bytes = PayloadBytes(storage: file.storage(), offset: 0, count: file.count)
    let budget = DecodingBudget(fileSize: file.count)
    return [NamedValue(.tensor(try NPYDecoder(bytes: bytes, expected: expected, budget: budget).tensor()))]
  }

  package static func write(_ values: [NamedValue], to path: String) throws(FormatError) {
    guard values.count == 1, let tensor = values[0].value.tensor else {
      throw FormatError(
        .unsupported, "expected one tensor: a .npy file holds no other value and no second one")
    }
    let file = try AtomicFile(path: path)
    for part in try NPYEncoder.parts(of: tensor) { try file.append(part.buffer) }
    try file.commit()
  }
}
