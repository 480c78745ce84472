import NGraph
import Testing

@Suite struct NDArrayTests {
  private func roundTrip<Element: NDArrayElement & Equatable>(_ elements: [Element]) throws {
    let array = try NDArray(elements, shape: [2, elements.count / 2])
    #expect(array.dataType == Element.dataType)
    #expect(try array.array(of: Element.self) == elements)
  }

  @Test("Every Swift element type goes in and comes out")
  func roundTrips() throws {
    try roundTrip([1.5, -2, .infinity, 0] as [Float])
    try roundTrip([1.5, -2, .infinity, 0] as [Double])
    try roundTrip([Int8.min, -1, 0, .max])
    try roundTrip([Int16.min, -1, 0, .max])
    try roundTrip([Int32.min, -1, 0, .max])
    try roundTrip([Int64.min, -1, 0, .max])
    try roundTrip([UInt8.min, 1, 2, .max])
    try roundTrip([UInt16.min, 1, 2, .max])
    try roundTrip([UInt32.min, 1, 2, .max])
    try roundTrip([UInt64.min, 1, 2, .max])
    try roundTrip([true, false, false, true])
    #if !(os(macOS) && arch(x86_64))
      try roundTrip([1.5, -2, .infinity, 0] as [Float16])
    #endif
  }

  @Test("Strings go in and come out")
  func strings() throws {
    let array = try NDArray(strings: ["a", "ü", ""], shape: [3])
    #expect(array.dataType == .string)
    #expect(try array.strings() == ["a", "ü", ""])
    #expect(throws: NGraphError.self) { try array.array(of: UInt8.self) }
  }

  @Test(
    "A shape that the elements don't fill is refused", arguments: [[5], [2, 3], [-1, -4], [Int.max, 4]])
  func wrongShape(shape: [Int]) {
    #expect(throws: NGraphError.self) { try NDArray([1, 2, 3, 4] as [Float], shape: shape) }
  }

  @Test("A scalar has no axes and one element")
  func scalar() throws {
    let array = try NDArray([7] as [Int64], shape: [])
    #expect(array.count == 1)
    #expect(array.shape == [])
  }

  @Test("Reading as another type is refused, with both types named")
  func wrongType() throws {
    let array = NDArray([1, 2] as [Float])
    let error: NGraphError? = #expect(throws: NGraphError.self) { try array.array(of: Double.self) }
    #expect(error?.message.contains("float32") == true && error?.message.contains("float64") == true)
  }

  @Test("Bytes become packed and narrow types, and no others of another size")
  func bytes() throws {
    let packed = try NDArray(.int4, shape: [3], bytes: [0x21, 0x0F])
    #expect(packed.count == 3)
    #expect(packed.withUnsafeBytes { Array($0) } == [0x21, 0x0F])
    #expect(throws: NGraphError.self) { try NDArray(.bfloat16, shape: [3], bytes: [0, 0]) }
    #expect(throws: NGraphError.self) { try NDArray(.bool, shape: [1], bytes: [2]) }
    #expect(throws: NGraphError.self) { try NDArray(.string, shape: [0], bytes: []) }
  }
}
