import Formats
import Tensors
import Testing

@Suite struct NumPyTests {
  private let scratch = Scratch()

  /// A `.npy` file of version 1.
  private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length: Int = header.utf8.count
    var bytes: [UInt8] = [
      0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0, UInt8(length & 0xFF), UInt8(length >> 8),
    ]
    if version > 1 { bytes += [0, 0] }
    return bytes + Array(header.utf8) + data
  }

  private func read(_ bytes: [UInt8], as expected: ExpectedValue? = nil) throws(FormatError) -> Tensor? {
    try TensorFiles.read(path: scratch.write("a.npy", bytes), as: expected).first?.value.tensor
  }

  private func header(_ descriptor: String, _ shape: String, order: String = "False") -> String {
    "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': \(shape), }\n"
  }

  @Test(arguments: [1, 2, 3] as [UInt8]) func everyVersionIsRead(version: UInt8) throws {
    let tensor: Tensor? = try read(file(header("<i2", "(2,)"), [1, 0, 2, 0], version: version))
    #expect(tensor?.elements(Int16.self) == [1, 2])
  }

  @Test func fortranOrderBecomesRowMajor() throws {
    let data: [UInt8] = [1, 4, 2, 5, 3, 6]
    let tensor: Tensor? = try read(file(header("|u1", "(2, 3)", order: "True"), data))
    #expect(tensor?.elements(UInt8.self) == [1, 2, 3, 4, 5, 6])
  }

  @Test func bigEndianIsSwapped() throws {
    #expect(try read(file(header(">i4", "(1,)"), [0, 0, 1, 2]))?.elements(Int32.self) == [258])
    let complex: Tensor? = try read(file(header(">c8", "()"), [0x3F, 0x80, 0, 0, 0x40, 0, 0, 0]))
    #expect(complex?.elementType == .complex64)
    #expect(
      complex.map { [UInt8](UnsafeRawBufferPointer(start: $0.base, count: 8)) } == [
        0, 0, 0x80, 0x3F, 0, 0, 0, 0x40,
      ])
  }

  @Test func stringsAreRead() throws {
    let data: [UInt8] = [0x61, 0, 0, 0, 0xE9, 0, 0, 0, 0x62, 0, 0, 0, 0, 0, 0, 0]
    #expect(try read(file(header("<U2", "(2,)"), data))?.strings?.elements == ["aé", "b"])
    #expect(try read(file(header("|S3", "(2,)"), Array("ab\0cde".utf8)))?.strings?.elements == ["ab", "cde"])
    #expect(
      failure { () throws(FormatError) in _ = try read(file(header("<U1", "(1,)"), [0, 0xD8, 0, 0])) }?.code
        == .invalid)
  }

  @Test func rawBytesTakeTheExpectedType() throws {
    let bytes: [UInt8] = file(header("|V2", "(1,)"), [0x80, 0x3F])
    #expect(try read(bytes, as: .tensor(.bfloat16, shape: nil))?.elementType == .bfloat16)
    #expect(failure { () throws(FormatError) in _ = try read(bytes) }?.code == .unsupported)
    let nibbles: Tensor? = try read(
      file(header("|i1", "(3,)"), [1, 0xFF, 7]), as: .tensor(.int4, shape: [3]))
    #expect(nibbles.map { [UInt8](UnsafeRawBufferPointer(start: $0.base, count: 2)) } == [0xF1, 0x07])
  }

  @Test(
    arguments: [
      "", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
      "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
      "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}", "{'descr': '<f4",
    ])
  func headersThatSayNothingUsefulAreRefused(header: String) {
    #expect(failure { () throws(FormatError) in _ = try read(file(header, [0, 0, 0, 0])) } != nil)
  }

  @Test func mutationsAreErrorsOrTensors() {
    let bytes: [UInt8] = file(header("<f4", "(2, 3)"), [UInt8](repeating: 1, count: 24))
    var random = Seeded(3)
    for _ in 0..<2000 {
      var mutant: [UInt8] = bytes
      mutant[Int.random(in: 0..<80, using: &random)] = UInt8.random(in: 0...127, using: &random)
      _ = failure { () throws(FormatError) in _ = try read(mutant) }
    }
    for count in 0..<bytes.count {
      #expect(failure { () throws(FormatError) in _ = try read([UInt8](bytes[..<count])) } != nil)
    }
  }

  @Test func everyElementTypeComesBack() throws {
    for type in ElementType.allCases where type != .string {
      let width: Int = type.bitWidth
      let tensor = Tensor(type, [2, 3]) { bytes in
        for index in bytes.indices {
          bytes[index] = UInt8(truncatingIfNeeded: index * 37 + 1) & (width == 8 ? 0x3F : 0xFF)
        }
        if type == .bool { for index in bytes.indices { bytes[index] &= 1 } }
        if type.isPacked, 6 * width % 8 != 0 { bytes[bytes.count - 1] &= UInt8(1 << (6 * width % 8) - 1) }
      }
      let path: String = scratch.file("\(type).npy")
      try TensorFiles.write([NamedValue(.tensor(tensor))], to: path)
      let back: Tensor? = try TensorFiles.read(path: path, as: .tensor(type, shape: [2, nil])).first?.value
        .tensor
      #expect(back.map(content) == content(tensor), "\(type)")
    }
  }

  private func content(_ tensor: Tensor) -> [UInt8] {
    withExtendedLifetime(tensor) {
      [UInt8](UnsafeRawBufferPointer(start: tensor.base, count: tensor.byteCount))
    }
  }

  @Test func anArchiveComesBackInOrderAndAligned() throws {
    let path: String = scratch.file("a.npz")
    let names: [String] = ["x", "a longer name", "ü"]
    try TensorFiles.write(
      names.enumerated().map { NamedValue(name: $1, .tensor(Tensor([Float($0), 2, 3]))) }, to: path)
    let values: [NamedValue] = try TensorFiles.read(path: path)
    #expect(values.map(\.name) == names)
    #expect(values.compactMap { $0.value.tensor?.elements(Float.self)[0] } == [0, 1, 2])
    #expect(values.allSatisfy { UInt(bitPattern: $0.value.tensor?.base) % 64 == 0 })
    #expect(values.allSatisfy { $0.value.tensor?.storage.owner is MappedFile })
  }

  @Test func damagedArchivesAreRefusedOrRead() throws {
    try TensorFiles.write([NamedValue(name: "x", .tensor(Tensor([Float(1), 2])))], to: scratch.file("a.npz"))
    let bytes: [UInt8] = scratch.read("a.npz") ?? []
    for count in 0..<bytes.count {
      let path: String = scratch.write("b.npz", [UInt8](bytes[..<count]))
      #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) } != nil)
    }
    for index in bytes.indices {
      for value in [0, 0xFF, bytes[index] ^ 0x40] as [UInt8] {
        var mutant: [UInt8] = bytes
        mutant[index] = value
        let path: String = scratch.write("b.npz", mutant)
        _ = failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) }
      }
    }
  }

  @Test func anArchiveThatClaimsToInflateToMuchIsRefused() throws {
    try TensorFiles.write([NamedValue(name: "x", .tensor(Tensor([Float(1), 2])))], to: scratch.file("a.npz"))
    var bytes: [UInt8] = scratch.read("a.npz") ?? []
    let directory: Int = (0..<bytes.count - 3).last { Array(bytes[$0..<$0 + 4]) == [0x50, 0x4B, 1, 2] } ?? 0
    bytes[directory + 10] = 8
    for offset in 24..<28 { bytes[directory + offset] = 0x7F }
    let path: String = scratch.write("b.npz", bytes)
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) }?.code == .limit)
    for offset in 24..<28 { bytes[directory + offset] = offset == 26 ? 0x10 : 0 }
    let smaller: String = scratch.write("c.npz", bytes)
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: smaller) }?.code == .malformed)
  }
}
