internal import Models
internal import Tensors

/// The bytes of a `.npy` file as a tensor: in place where element type, byte order, element order and
/// alignment allow it.
struct NPYDecoder {
  let bytes: PayloadBytes
  let expected: ExpectedValue?
  let budget: DecodingBudget

  /// A parsed `descr`, as in `<f4`.
  private struct Layout {
    var kind: Character
    var size: Int
    var isBigEndian: Bool
    /// The bytes that swap as one: half of a complex number's.
    var swapWidth: Int
  }

  func tensor() throws(FormatError) -> Tensor {
    let header = try NPYHeader(bytes.buffer)
    guard let shape = Shape(checking: header.shape) else {
      throw FormatError(.invalid, "expected extents that fit in memory, found \(header.shape)")
    }
    let layout: Layout = try layout(header.descriptor)
    let available: Int = bytes.count - header.dataOffset
    let (needed, overflow) = shape.count.multipliedReportingOverflow(by: layout.size)
    guard !overflow, needed == available else {
      throw FormatError(
        needed > available || overflow ? .truncated : .malformed,
        "expected \(shape.count) elements of \(layout.size) bytes, found \(available) bytes",
        place: .init(offset: header.dataOffset))
    }
    var elements = PayloadBytes(
      storage: bytes.storage, offset: bytes.offset + header.dataOffset, count: available)
    if header.isFortranOrder, shape.rank > 1, shape.count > 0 {
      elements = try rowMajor(elements, shape, width: layout.size)
    }
    if layout.kind == "U" || layout.kind == "S" {
      return Tensor(strings: try strings(elements, layout, count: shape.count), shape)
    }
    if layout.isBigEndian, layout.swapWidth > 1 { elements = try swapped(elements, width: layout.swapWidth) }
    let type: ElementType = try elementType(layout, header.descriptor)
    if type.isPacked { elements = try packed(elements, width: type.bitWidth) }
    return try Tensor.over(elements, type, shape)
  }

  private func layout(_ descriptor: String) throws(FormatError) -> Layout {
    var rest: Substring = Substring(descriptor)
    var order: Character = "|"
    if let first = rest.first, "<>|=".contains(first) {
      order = first
      rest.removeFirst()
    }
    guard let kind = rest.popFirst(), "biufcUSV".contains(kind), let number = Int(rest), number >= 0,
      number <= 1 << 32
    else {
      throw FormatError(
        .unsupported, "expected booleans, numbers or strings, found NumPy type '\(descriptor)'",
        place: .init(offset: bytes.offset))
    }
    return Layout(
      kind: kind, size: kind == "U" ? number * 4 : number, isBigEndian: order == ">",
      swapWidth: kind == "c" ? number / 2 : kind == "V" ? 1 : number)
  }

  private func elementType(_ layout: Layout, _ descriptor: String) throws(FormatError) -> ElementType {
    var wanted: ElementType?
    if case .tensor(let type?, _) = expected { wanted = type }
    if let wanted, wanted.isPacked, layout.size == 1, "iuV".contains(layout.kind) { return wanted }
    switch (layout.kind, layout.size) {
    case ("b", 1): return .bool
    case ("i", 1): return .int8
    case ("i", 2): return .int16
    case ("i", 4): return .int32
    case ("i", 8): return .int64
    case ("u", 1): return .uint8
    case ("u", 2): return .uint16
    case ("u", 4): return .uint32
    case ("u", 8): return .uint64
    case ("f", 2): return .float16
    case ("f", 4): return .float32
    case ("f", 8): return .float64
    case ("c", 8): return .complex64
    case ("c", 16): return .complex128
    case ("V", let size):
      if let wanted, wanted != .string, wanted.byteWidth == size { return wanted }
      throw FormatError(
        .unsupported, "expected an element type for NumPy's raw bytes '\(descriptor)', found none that fits")
    default:
      throw FormatError(.unsupported, "expected a type that ONNX has, found NumPy type '\(descriptor)'")
    }
  }

  private func rowMajor(
    _ source: PayloadBytes, _ shape: Shape, width: Int
  ) throws(FormatError) -> PayloadBytes {
    try budget.charge(source.count, at: source.offset)
    let result = Storage(byteCount: source.count)
    var strides = [Int](repeating: width, count: shape.rank)
    for axis in 1..<shape.rank { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var index = [Int](repeating: 0, count: shape.rank)
    var from: Int = 0
    guard let base = source.buffer.baseAddress else { return source }
    for element in 0..<shape.count {
      (result.base + element * width).copyMemory(from: base + from, byteCount: width)
      var axis: Int = shape.rank - 1
      while axis >= 0 {
        index[axis] += 1
        from += strides[axis]
        if index[axis] < shape[axis] { break }
        from -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return PayloadBytes(storage: result, offset: 0, count: source.count)
  }

  private func swapped(_ source: PayloadBytes, width: Int) throws(FormatError) -> PayloadBytes {
    try budget.charge(source.count, at: source.offset)
    let result = Storage(byteCount: source.count)
    let target = UnsafeMutableRawBufferPointer(start: result.base, count: source.count)
    let input: UnsafeRawBufferPointer = source.buffer
    for start in Swift.stride(from: 0, to: source.count, by: width) {
      for byte in 0..<width { target[start + byte] = input[start + width - 1 - byte] }
    }
    return PayloadBytes(storage: result, offset: 0, count: source.count)
  }

  /// The lowest `width` bits of each byte, one after the other.
  private func packed(_ source: PayloadBytes, width: Int) throws(FormatError) -> PayloadBytes {
    let count: Int = (source.count * width + 7) / 8
    try budget.charge(count, at: source.offset)
    let result = Storage(byteCount: count, zeroed: true)
    let target = UnsafeMutableRawBufferPointer(start: result.base, count: count)
    let input: UnsafeRawBufferPointer = source.buffer
    for index in 0..<source.count {
      let bit: Int = index * width
      target[bit / 8] |= (input[index] & UInt8(1 << width - 1)) << UInt8(bit % 8)
    }
    return PayloadBytes(storage: result, offset: 0, count: count)
  }

  private func strings(
    _ source: PayloadBytes, _ layout: Layout, count: Int
  ) throws(FormatError) -> [String] {
    try budget.charge(count.multipliedReportingOverflow(by: 16).partialValue, at: source.offset)
    guard count <= budget.limit / 16 else {
      throw FormatError(.limit, "expected fewer than \(count) strings in a file of this size")
    }
    var result: [String] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      let range: Range<Int> = index * layout.size..<(index + 1) * layout.size
      let element = UnsafeRawBufferPointer(rebasing: source.buffer[range])
      try budget.charge(layout.size + 16, at: source.offset + range.lowerBound)
      let text: String? =
        layout.kind == "S" ? ascii(element) : scalars(element, isBigEndian: layout.isBigEndian)
      guard let text else {
        throw FormatError(
          .invalid, "expected text, found bytes that are none",
          place: .init(offset: source.offset + range.lowerBound))
      }
      result.append(text)
    }
    return result
  }

  /// Bytes without the zeros at the end, which must be UTF-8.
  private func ascii(_ element: UnsafeRawBufferPointer) -> String? {
    var end: Int = element.count
    while end > 0, element[end - 1] == 0 { end -= 1 }
    return String(validating: element[..<end], as: UTF8.self)
  }

  /// UTF-32 without the zeros at the end.
  private func scalars(_ element: UnsafeRawBufferPointer, isBigEndian: Bool) -> String? {
    var end: Int = element.count / 4
    while end > 0, element.loadUnaligned(fromByteOffset: end * 4 - 4, as: UInt32.self) == 0 { end -= 1 }
    var text: String.UnicodeScalarView = .init()
    for index in 0..<end {
      let bits: UInt32 = element.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
      guard let scalar = Unicode.Scalar(isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits))
      else {
        return nil
      }
      text.append(scalar)
    }
    return String(text)
  }
}
