import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SliceTests {
  private func slice(
    _ data: Tensor, _ starts: [Int64], _ ends: [Int64], _ axes: [Int64]? = nil, _ steps: [Int64]? = nil
  ) throws -> Tensor {
    try evaluateTensor(
      SliceOp.self, [], data, Tensor(starts), Tensor(ends), axes.map { Tensor($0) }, steps.map { Tensor($0) })
  }

  @Test("Steps, bounds beyond the axis and negative bounds select as in the specification's examples")
  func specification() throws {
    let data = Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], [2, 4])
    let first = try slice(data, [1, 0], [2, 3], [0, 1], [1, 2])
    expectClose(first, [5, 7], shape: [1, 2])
    let second = try slice(data, [0, 1], [-1, 1000])
    expectClose(second, [2, 3, 4], shape: [1, 3])
  }

  @Test("A negative step walks back to the first element")
  func negativeStep() throws {
    let data = Tensor([1, 2, 3, 4, 5] as [Int32])
    #expect(try slice(data, [-1], [.min], [0], [-2]).elements(Int32.self) == [5, 3, 1])
    #expect(try slice(data, [10], [-10], [-1], [.min]).elements(Int32.self) == [5])
    #expect(try slice(data, [3], [3], [0], [1]).shape == [0])
  }

  @Test("Strings and packed elements are cut like any others")
  func otherElements() throws {
    let words = Tensor(strings: ["a", "b", "c", "d"], [2, 2])
    #expect(try slice(words, [1], [2], [1]).strings?.elements == ["b", "d"])
    let nibbles = Tensor(.int4, [5]) { $0.copyBytes(from: [0x21, 0x43, 0x05]) }
    let result = try slice(nibbles, [1], [4])
    #expect(result.elementType == .int4)
    #expect(result.shape == [3])
    #expect(result.bytes == [0x32, 0x04])
  }

  @Test("A step of 0 and an axis named twice are refused")
  func refusals() {
    let data = Tensor([1, 2, 3] as [Float])
    #expect(throws: ExecutionError.self) { try slice(data, [0], [1], [0], [0]) }
    #expect(throws: ExecutionError.self) { try slice(data, [0, 0], [1, 1], [0, -1]) }
  }

  @Test("A large slice that is divided into tasks is the slice")
  func large() throws {
    var generator = SeededGenerator(seed: 3)
    let data = Tensor.random([37, 90, 61], using: &generator)
    let result = try slice(data, [2, 88, 1], [36, 3, 60], [0, 1, 2], [3, -1, 1])
    #expect(result.shape == [12, 85, 59])
    let values: [Float] = data.elements()
    var expected: [Double] = []
    for i in stride(from: 2, to: 36, by: 3) {
      for j in stride(from: 88, to: 3, by: -1) {
        for k in 1..<60 { expected.append(Double(values[(i * 90 + j) * 61 + k])) }
      }
    }
    expectClose(result, expected, steps: 0)
  }
}
