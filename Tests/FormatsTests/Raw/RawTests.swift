import Formats
import Tensors
import Testing

@Suite struct RawTests {
  private let scratch = Scratch()

  private func read(_ bytes: [UInt8], _ type: ElementType, _ shape: [Int?]?) throws(FormatError) -> Tensor? {
    try TensorFiles.read(path: scratch.write("a.bin", bytes), as: .tensor(type, shape: shape)).first?.value
      .tensor
  }

  @Test func theSizeGivesOneFreeExtent() throws {
    let bytes = [UInt8](repeating: 0, count: 24)
    #expect(try read(bytes, .float32, [nil, 3])?.shape == [2, 3])
    #expect(try read(bytes, .float32, [2, 3])?.shape == [2, 3])
    #expect(try read(bytes, .int16, nil)?.shape == [12])
    #expect(try read(bytes, .int4, [6, nil])?.shape == [6, 8])
    #expect(try read([], .float32, [nil])?.shape == [0])
  }

  @Test func sizesThatDontFitAreMismatches() {
    let bytes = [UInt8](repeating: 0, count: 24)
    for shape in [[nil, nil], [5], [nil, 5], [nil, 0]] as [[Int?]] {
      #expect(failure { () throws(FormatError) in _ = try read(bytes, .float32, shape) }?.code == .mismatch)
    }
    #expect(failure { () throws(FormatError) in _ = try read(bytes, .float32, [-1]) }?.code == .invalid)
    #expect(
      failure { () throws(FormatError) in _ = try read([1, 2, 3], .float32, [nil]) }?.code == .mismatch)
    #expect(
      failure { () throws(FormatError) in _ = try read(bytes, .float32, [.max, .max]) }?.code == .invalid)
    let path: String = scratch.write("b.bin", bytes)
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) }?.code == .mismatch)
    #expect(failure { () throws(FormatError) in _ = try read(bytes, .string, nil) }?.code == .unsupported)
  }

  @Test func elementsComeBack() throws {
    let path: String = scratch.file("a.bin")
    try TensorFiles.write([NamedValue(.tensor(Tensor([Float(1), -2])))], to: path)
    #expect(scratch.read("a.bin") == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
  }

  @Test func anUnknownExtensionIsRefused() {
    let path: String = scratch.write("a.txt", [])
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) }?.code == .unsupported)
  }

  @Test func aTestDataFolderIsReadInOrder() throws {
    for index in 0..<11 {
      try TensorFiles.write(
        [NamedValue(.tensor(Tensor([Int64(index)])))], to: scratch.file("input_\(index).pb"))
    }
    try TensorFiles.write([NamedValue(.sequence([]))], to: scratch.file("output_0.pb"))
    let set = try TestDataSet.read(folder: scratch.path, outputs: [.sequence(nil)])
    #expect(set.inputs.compactMap { $0.value.tensor?.elements(Int64.self)[0] } == Array(0..<11))
    #expect(set.outputs.count == 1)
    #expect(failure { () throws(FormatError) in _ = try TestDataSet.read(folder: "/") }?.code == .notFound)
  }
}
