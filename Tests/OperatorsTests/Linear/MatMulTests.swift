import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct MatMulTests {
  /// numpy's `matmul` of two tensors of rank 2 and more, in float64.
  private func product(_ a: Tensor, _ b: Tensor) -> [Double] {
    let (x, y): ([Double], [Double]) = (a.doubles, b.doubles)
    let (m, k, n): (Int, Int, Int) = (
      a.shape[a.shape.rank - 2], a.shape[a.shape.rank - 1], b.shape[b.shape.rank - 1]
    )
    let left = Shape(Array(a.shape.extents.dropLast(2)))
    let right = Shape(Array(b.shape.extents.dropLast(2)))
    let all: Shape = Shape.broadcast(left, right)!
    var result: [Double] = []
    for batch in 0..<all.count {
      let (i, j): (Int, Int) = (source(batch, of: left, in: all), source(batch, of: right, in: all))
      for row in 0..<m {
        for column in 0..<n {
          var sum: Double = 0
          for depth in 0..<k { sum += x[(i * m + row) * k + depth] * y[(j * k + depth) * n + column] }
          result.append(sum)
        }
      }
    }
    return result
  }

  private func source(_ index: Int, of shape: Shape, in all: Shape) -> Int {
    var (rest, result): (Int, Int) = (index, 0)
    for axis in (0..<all.rank).reversed() {
      let own: Int = axis - all.rank + shape.rank
      if own >= 0, shape[own] > 1 { result += rest % all[axis] * shape.strides[own] }
      rest /= all[axis]
    }
    return result
  }

  @Test(
    "Batches broadcast, whatever the ranks",
    arguments: [
      ([3, 4], [4, 5]), ([1, 7], [7, 9]), ([6, 7], [7, 1]), ([2, 3, 4], [4, 5]), ([3, 4], [2, 4, 5]),
      ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 5]), ([2, 1, 3, 4], [1, 3, 4, 2]),
      ([1, 3, 4], [2, 4, 5]),
      ([33, 70], [70, 41]),
    ])
  func broadcasting(a: [Int], b: [Int]) throws {
    var generator = SeededGenerator(seed: 7)
    let left = Tensor.random(Shape(a), using: &generator)
    let right = Tensor.random(Shape(b), using: &generator)
    let result = try evaluateTensor(MatMulOp.self, [], left, right)
    let batch: Shape = Shape.broadcast(Shape(a.dropLast(2)), Shape(b.dropLast(2)))!
    expectClose(
      result, product(left, right), shape: Shape(batch.extents + [a[a.count - 2], b[b.count - 1]]),
      steps: 8, scale: Double(a[a.count - 1]).squareRoot())
  }

  @Test("A vector is a row on the left and a column on the right, and its axis is dropped")
  func vectors() throws {
    let matrix = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
    expectClose(
      try evaluateTensor(MatMulOp.self, [], matrix, Tensor([1, 0, -1] as [Float])), [-2, -2], shape: [2])
    expectClose(
      try evaluateTensor(MatMulOp.self, [], Tensor([1, -1] as [Float]), matrix), [-3, -3, -3], shape: [3])
    let x = Tensor([1, 2, 3] as [Float])
    expectClose(try evaluateTensor(MatMulOp.self, [], x, x), [14], shape: .scalar)
  }

  @Test("Integers multiply exactly and wrap")
  func integers() throws {
    let a = Tensor([1 << 40, 2, Int64.max, 1] as [Int64], [2, 2])
    let b = Tensor([3, 0, 5, 1] as [Int64], [2, 2])
    let result = try evaluateTensor(MatMulOp.self, [], a, b)
    #expect(result.elements(Int64.self) == [3 * (1 << 40) + 10, 2, Int64.max &* 3 &+ 5, 1])
  }

  @Test("16-bit floats are rounded once, from a sum in float32")
  func halves() throws {
    let a = Tensor([2048, 1, 1, 1].map { Half(Float($0)) }, [1, 4])
    let ones = Tensor((0..<4).map { _ in Half(Float(1)) }, [4, 1])
    expectClose(try evaluateTensor(MatMulOp.self, [], a, ones), [2052], shape: [1, 1], steps: 0)
  }

  @Test("An empty sum is zero, and an empty batch gives nothing")
  func empty() throws {
    let zero = try evaluateTensor(MatMulOp.self, [], Tensor([Float](), [2, 0]), Tensor([Float](), [0, 3]))
    expectClose(zero, [0, 0, 0, 0, 0, 0], shape: [2, 3])
    let none = try evaluateTensor(
      MatMulOp.self, [], Tensor([Float](), [0, 2, 3]), Tensor([Float](repeating: 1, count: 12), [3, 4]))
    #expect(none.shape == [0, 2, 4])
  }

  @Test("Inner dimensions that differ are refused")
  func refusal() {
    #expect(throws: (any Error).self) {
      try evaluateTensor(
        MatMulOp.self, [], Tensor([1, 2] as [Float], [1, 2]), Tensor([1, 2, 3] as [Float], [3, 1]))
    }
  }
}
