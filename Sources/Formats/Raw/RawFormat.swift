internal import Models
internal import Tensors

/// Elements and nothing else: little-endian, row-major, packed types as in memory. The file does not say type
/// or shape, so they must be expected; its size gives one free extent.
package enum RawFormat: TensorFormat {
  package static let name = "raw"
  package static let extensions = ["bin", "raw"]

  package static func read(
    _ file: MappedFile, as expected: ExpectedValue?
  ) throws(FormatError) -> [NamedValue] {
    guard case .tensor(let type?, let extents) = expected else {
      throw FormatError(
        .mismatch, "a raw file needs the type of the tensor it holds: expected one, found none")
    }
    guard type != .string else {
      throw FormatError(
        .unsupported, "expected elements of a fixed size, found strings, which no raw file holds")
    }
    let shape: Shape = try solve(extents ?? [nil], type, byteCount: file.count)
    let bytes = PayloadBytes(storage: file.storage(), offset: 0, count: file.count)
    return [NamedValue(.tensor(try Tensor.over(bytes, type, shape)))]
  }

  package static func write(_ values: [NamedValue], to path: String) throws(FormatError) {
    guard values.count == 1, let tensor = values[0].value.tensor, tensor.elementType != .string else {
      throw FormatError(
        .unsupported, "a raw file holds one tensor that is not of strings; expected such a one")
    }
    let file = try AtomicFile(path: path)
    try file.append(tensor.bytes)
    try withExtendedLifetime(tensor) { () throws(FormatError) in try file.commit() }
  }

  /// The shape with its free extent filled in.
  private static func solve(
    _ extents: [Int?], _ type: ElementType, byteCount: Int
  ) throws(FormatError) -> Shape {
    let known: [Int] = extents.map { $0 ?? 1 }
    guard let base = Shape(checking: known), let unit = type.byteCount(of: base.count) else {
      throw FormatError(
        .invalid, "expected extents that are no less than 0 and fit in memory, found \(known)")
    }
    let free: Int = extents.count { $0 == nil }
    guard free <= 1 else {
      throw FormatError(
        .mismatch, "the size of a raw file gives one free extent, found \(free): fix their values")
    }
    guard let axis = extents.firstIndex(where: { $0 == nil }) else {
      guard unit == byteCount else {
        throw FormatError(
          .mismatch, "expected \(unit) bytes for \(type.name) \(base), found \(byteCount)")
      }
      return base
    }
    let elements: Int =
      type.isPacked
      ? byteCount.multipliedReportingOverflow(by: 8 / type.bitWidth).partialValue : byteCount / type.byteWidth
    let isWhole: Bool = type.isPacked || byteCount % type.byteWidth == 0
    guard isWhole, base.count > 0, elements % base.count == 0 else {
      throw FormatError(
        .mismatch, "expected a multiple of \(unit) bytes for \(type.name), found \(byteCount)")
    }
    var shape: Shape = base
    shape[axis] = elements / base.count
    return shape
  }
}
