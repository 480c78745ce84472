import Formats
import Tensors
import Testing

@Suite struct ProtoTensorTests {
  private let scratch = Scratch()

  private func roundTrip(_ value: Value, as expected: ExpectedValue? = nil) throws -> Value? {
    let path: String = scratch.file("v.pb")
    try TensorFiles.write([NamedValue(name: "v", value)], to: path)
    let values: [NamedValue] = try TensorFiles.read(path: path, as: expected)
    #expect(values.count == 1 && values.first?.name == "v")
    return values.first?.value
  }

  @Test func tensorsComeBackInPlace() throws {
    for type in ElementType.allCases where type != .string {
      let tensor = Tensor(type, [3, 1]) { bytes in
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index * 5 + 1) & 0x3F }
      }
      let back: Tensor? = try roundTrip(.tensor(tensor))?.tensor
      #expect(back?.elementType == type && back?.shape == [3, 1])
      let expected = [UInt8](UnsafeRawBufferPointer(start: tensor.base, count: tensor.byteCount))
      #expect(
        back.map { tensor in
          withExtendedLifetime(tensor) {
            [UInt8](UnsafeRawBufferPointer(start: tensor.base, count: tensor.byteCount))
          }
        } == expected)
      #expect(UInt(bitPattern: back?.base) % 64 == 0)
    }
    let strings: Tensor? = try roundTrip(.tensor(Tensor(strings: ["a", "", "é"], [3])))?.tensor
    #expect(strings?.strings?.elements == ["a", "", "é"])
  }

  @Test func containersComeBack() throws {
    let one: Value = .tensor(Tensor(scalar: Float(1)))
    let two: Value = .tensor(Tensor([Int64(2), 3]))
    guard case .sequence(let elements)? = try roundTrip(.sequence([one, two]), as: .sequence(nil)) else {
      throw Unexpected("expected a sequence")
    }
    #expect(elements.count == 2 && elements[1].tensor?.elements(Int64.self) == [2, 3])
    guard case .sequence(let none)? = try roundTrip(.sequence([]), as: .sequence(nil)) else {
      throw Unexpected("expected a sequence")
    }
    #expect(none.isEmpty)
    guard case .optional(nil)? = try roundTrip(.optional(nil)) else { throw Unexpected("expected none") }
    guard
      case .optional(.sequence(let inner)?)? = try roundTrip(.optional(.sequence([one])), as: .optional(nil))
    else {
      throw Unexpected("expected an optional sequence")
    }
    #expect(inner.count == 1)
    let map: Value = .map(keys: Tensor([Int32(-1), 5]), values: [one, two])
    guard case .map(let keys, let values)? = try roundTrip(map, as: .map) else {
      throw Unexpected("expected a map")
    }
    #expect(keys.elements(Int32.self) == [-1, 5] && values.count == 2)
    let named: Value = .map(keys: Tensor(strings: ["k"], [1]), values: [one])
    guard case .map(let texts, _)? = try roundTrip(named, as: .map) else {
      throw Unexpected("expected a map")
    }
    #expect(texts.strings?.elements == ["k"])
  }

  @Test func aTensorOfAnotherTypeOrShapeIsAMismatch() throws {
    let path: String = scratch.file("t.pb")
    try TensorFiles.write([NamedValue(.tensor(Tensor([Float(1), 2])))], to: path)
    for expected in [
      ExpectedValue.tensor(.int64, shape: nil), .tensor(nil, shape: [3]), .tensor(nil, shape: [2, nil]),
    ] {
      let error: FormatError? = failure { () throws(FormatError) in
        _ = try TensorFiles.read(path: path, as: expected)
      }
      #expect(error?.code == .mismatch && error?.place.path == path)
    }
    _ = try TensorFiles.read(path: path, as: .tensor(.float32, shape: [nil]))
  }

  @Test func elementsThatAreNotThereAreRefused() {
    let wire: Wire = Wire().number(1, 1 << 40).number(2, 1).content(9, [0, 0, 0, 0])
    let path: String = scratch.write("t.pb", wire.bytes)
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: path) }?.code == .invalid)
    let negative: String = scratch.write("n.pb", Wire().number(1, .max).number(2, 1).bytes)
    #expect(failure { () throws(FormatError) in _ = try TensorFiles.read(path: negative) }?.code == .invalid)
  }
}
