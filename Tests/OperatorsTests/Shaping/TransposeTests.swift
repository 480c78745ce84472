import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct TransposeTests {
  @Test("Every permutation of four axes moves each element to its place")
  func permutations() throws {
    let shape: Shape = [3, 5, 18, 35]
    let values = (0..<shape.count).map { Float($0) }
    let data = Tensor(values, shape)
    for permutation in [
      [0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1],
    ] {
      let result = try evaluateTensor(TransposeOp.self, [Attribute("perm", permutation)], data)
      let extents: [Int] = permutation.map { shape[$0] }
      let strides: [Int] = permutation.map { shape.strides[$0] }
      var expected: [Double] = []
      for i in 0..<extents[0] {
        for j in 0..<extents[1] {
          for k in 0..<extents[2] {
            for l in 0..<extents[3] {
              expected.append(Double(i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3]))
            }
          }
        }
      }
      expectClose(result, expected, shape: Shape(extents), steps: 0)
    }
  }

  @Test("Without a permutation the axes are reversed; scalars and empty tensors stay")
  func defaults() throws {
    let data = Tensor([1, 2, 3, 4, 5, 6] as [Double], [2, 3])
    expectClose(try evaluateTensor(TransposeOp.self, [], data), [1, 4, 2, 5, 3, 6], shape: [3, 2])
    expectClose(try evaluateTensor(TransposeOp.self, [], Tensor(scalar: Float(7))), [7], shape: .scalar)
    #expect(try evaluateTensor(TransposeOp.self, [], Tensor([] as [Float], [0, 3])).shape == [3, 0])
  }

  @Test("Strings, complex numbers and packed elements move like any others")
  func otherElements() throws {
    let words = try evaluateTensor(TransposeOp.self, [], Tensor(strings: ["a", "b", "c", "d"], [2, 2]))
    #expect(words.strings?.elements == ["a", "c", "b", "d"])
    let numbers = Tensor(.complex128, [2, 1]) { bytes in
      for index in 0..<32 { bytes[index] = UInt8(index) }
    }
    let moved = try evaluateTensor(TransposeOp.self, [], numbers)
    #expect(moved.bytes == (0..<32).map { UInt8($0) })
    let pairs = Tensor(.uint2, [2, 2]) { $0.copyBytes(from: [0b11_10_01_00]) }
    #expect(try evaluateTensor(TransposeOp.self, [], pairs).bytes == [0b11_01_10_00])
  }

  @Test("What is no permutation is refused")
  func refusal() {
    #expect(throws: GraphError.self) {
      try evaluateTensor(TransposeOp.self, [Attribute("perm", [0, 0])], Tensor([1] as [Float], [1, 1]))
    }
  }
}
