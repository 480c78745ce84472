import Graphs
import KernelSelection
import Operators
import Tensors
import TestSupport
import Testing

/// Every way in which two or three operands can meet, against a loop over indices.
@Suite struct BroadcastingTests {
  /// `left - right` by index arithmetic alone.
  private func difference(_ left: Tensor, _ right: Tensor, _ shape: Shape) -> [Double] {
    let (a, b) = (left.doubles, right.doubles)
    return (0..<shape.count).map { a[index($0, shape, left.shape)] - b[index($0, shape, right.shape)] }
  }

  /// The element of an operand of shape `operand` at position `position` of the result.
  private func index(_ position: Int, _ result: Shape, _ operand: Shape) -> Int {
    var (rest, index, step) = (position, 0, 1)
    for axis in stride(from: result.rank - 1, through: 0, by: -1) {
      let coordinate: Int = rest % result[axis]
      rest /= result[axis]
      let own: Int = axis - (result.rank - operand.rank)
      guard own >= 0 else { continue }
      index += operand[own] == 1 ? 0 : coordinate * step
      step *= operand[own]
    }
    return index
  }

  private func check(_ left: Shape, _ right: Shape) throws {
    var generator = SeededGenerator(seed: 7)
    let a = Tensor.random(left, using: &generator)
    let b = Tensor.random(right, using: &generator)
    let shape = try #require(Shape.broadcast(left, right))
    let result = try evaluateTensor(SubOp.self, [], a, b)
    expectClose(result, difference(a, b, shape), shape: shape, steps: 1, scale: 1)
  }

  @Test(
    "Shapes broadcast in both directions",
    arguments: [
      ([], []), ([], [5]), ([5], []), ([1], [1, 1]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]),
      ([2, 3, 4, 5], [3, 1, 1]), ([2, 3, 4, 5], [2, 1, 4, 1]), ([1, 3, 1, 5], [2, 1, 4, 1]),
      ([2, 1, 3, 1, 2], [1, 4, 1, 5, 1]), ([7, 1], [7, 17]), ([6, 1, 1, 3], [6, 5, 4, 3]), ([0, 3], [1, 3]),
      ([2, 0], [1]), ([1, 1, 1], [0, 1]),
    ])
  func shapes(_ left: [Int], _ right: [Int]) throws { try check(Shape(left), Shape(right)) }

  @Test(
    "Work that is divided among tasks, by rows and within long rows, is done whole",
    arguments: [
      ([70_001], [70_001]), ([3, 40_000], [40_000]), ([3, 40_000], [3, 1]), ([40_000, 3], [3]),
      ([2, 300, 1, 101], [300, 2, 1]), ([40_000, 1], [1, 3]),
    ])
  func divided(_ left: [Int], _ right: [Int]) throws { try check(Shape(left), Shape(right)) }

  @Test("16-bit floats broadcast through float32 and are rounded once")
  func halves() throws {
    let a = Tensor((0..<1200).map { Half(Float($0) / 7) }, [2, 600])
    let b = Tensor([Half(0.1 as Float), Half(100 as Float)], [2, 1])
    let expected: [Double] = difference(a, b, [2, 600]).map { Double(Half($0).float) }
    #expect(try evaluateTensor(SubOp.self, [], a, b).doubles == expected)
    let c = Tensor((0..<1200).map { BFloat16(Float($0) / 7) }, [2, 600])
    let d = Tensor([BFloat16(0.1 as Float)], [1])
    let rounded: [Double] = difference(c, d, [2, 600]).map { Double(BFloat16(Float($0)).float) }
    #expect(try evaluateTensor(SubOp.self, [], c, d).doubles == rounded)
  }

  @Test("Three operands of a choice broadcast together")
  func select() throws {
    let condition = Tensor([true, false, true], [3, 1])
    let left = Tensor([1, 2, 3, 4] as [Double], [4])
    let right = Tensor([-1, -2] as [Double], [2, 1, 1])
    let result = try evaluateTensor(WhereOp.self, [], condition, left, right)
    let row: [Double] = [1, 2, 3, 4]
    let expected: [Double] = [-1, -2].flatMap { row + Array(repeating: $0, count: 4) + row }
    expectClose(result, expected, shape: [2, 3, 4], steps: 0)
  }

  @Test("Shapes that don't fit are refused with their extents")
  func refused() {
    #expect(throws: (any Error).self) {
      try evaluateTensor(AddOp.self, [], Tensor([1, 2, 3] as [Float]), Tensor([1, 2] as [Float]))
    }
  }
}
