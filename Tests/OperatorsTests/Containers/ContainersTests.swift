import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ContainersTests {
  private let a = Value.tensor(Tensor([1, 2] as [Float]))
  private let b = Value.tensor(Tensor([3] as [Float]))

  private func floats(_ value: Value?) -> [[Float]]? {
    guard case .sequence(let elements)? = value else { return nil }
    return elements.map { $0.tensor?.elements() ?? [] }
  }

  @Test("Sequences are made, grown, shrunk, read and counted")
  func sequences() throws {
    let made = try evaluate(SequenceConstructOp.self, inputs: [a, b])[0]
    #expect(floats(made) == [[1, 2], [3]])
    let position = Value.tensor(Tensor(scalar: Int64(-2)))
    let grown = try evaluate(SequenceInsertOp.self, inputs: [made, b, position])[0]
    #expect(floats(grown) == [[3], [1, 2], [3]])
    #expect(floats(try evaluate(SequenceEraseOp.self, inputs: [grown, nil])[0]) == [[3], [1, 2]])
    #expect(
      try evaluate(SequenceAtOp.self, inputs: [grown, position])[0]?.tensor?.elements(Float.self) == [1, 2])
    #expect(try evaluate(SequenceLengthOp.self, inputs: [grown])[0]?.tensor?.elements(Int64.self) == [3])
    #expect(throws: ExecutionError.self) {
      try evaluate(SequenceAtOp.self, inputs: [made, .tensor(Tensor(scalar: Int64(2)))])
    }
  }

  @Test("What is split into a sequence is joined again")
  func splitAndConcat() throws {
    let data = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    for attributes in [[Attribute("axis", 1)], [Attribute("axis", 1), Attribute("keepdims", 0)]] {
      let parts = try evaluate(SplitToSequenceOp.self, attributes, inputs: [.tensor(data)])[0]
      #expect(floats(parts) == [[1, 4], [2, 5], [3, 6]])
      let stack = [Attribute("axis", 1), Attribute("new_axis", attributes.count - 1)]
      let joined = try evaluate(ConcatFromSequenceOp.self, stack, inputs: [parts])[0]?.tensor
      #expect(joined?.elements(Float.self) == [1, 2, 3, 4, 5, 6])
    }
    let uneven = try evaluate(
      SplitToSequenceOp.self, [Attribute("axis", 1)],
      inputs: [.tensor(data), .tensor(Tensor(scalar: Int64(2)))])[0]
    #expect(floats(uneven) == [[1, 2, 4, 5], [3, 6]])
  }

  @Test("An optional holds a value or none")
  func optionals() throws {
    let full = try evaluate(OptionalOp.self, inputs: [a])[0]
    #expect(try evaluate(OptionalHasElementOp.self, inputs: [full])[0]?.tensor?.elements(Bool.self) == [true])
    #expect(
      try evaluate(OptionalGetElementOp.self, inputs: [full])[0]?.tensor?.elements(Float.self) == [1, 2])
    let empty = Value.optional(nil)
    #expect(
      try evaluate(OptionalHasElementOp.self, inputs: [empty])[0]?.tensor?.elements(Bool.self) == [false])
    #expect(throws: ExecutionError.self) { try evaluate(OptionalGetElementOp.self, inputs: [empty]) }
  }

  @Test("A sequence whose elements differ in shape says nothing of it")
  func mixedShapes() {
    #expect(Value.sequence([a, a]).type == .sequence(.tensor(.float32, [2] as Shape)))
    #expect(Value.sequence([a, b]).type == .sequence(.tensor(.float32, nil as [Dimension]?)))
  }
}
