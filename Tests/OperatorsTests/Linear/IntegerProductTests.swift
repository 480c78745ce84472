import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct IntegerProductTests {
  @Test("Zero points are subtracted, one for each row of A or column of B")
  func zeroPoints() throws {
    let a = Tensor([11, 7, 3, 10, 6, 2] as [UInt8], [2, 3])
    let b = Tensor([1, 4, 2, 5, 3, 6] as [Int8], [3, 2])
    let plain = try evaluateTensor(MatMulIntegerOp.self, [], a, b, Tensor(scalar: UInt8(12)))
    #expect(plain.elements(Int32.self) == [-38, -83, -44, -98])
    let rows = try evaluateTensor(
      MatMulIntegerOp.self, [], a, b, Tensor([11, 10] as [UInt8]), Tensor([1, 4] as [Int8]))
    #expect(rows.elements(Int32.self) == [-20, -20, -20, -20])
  }

  @Test("A quantized product is scaled, rounded half to even and saturated")
  func quantized() throws {
    let a = Tensor([10, 1] as [UInt8], [2, 1])
    let b = Tensor([1, 3] as [Int8], [1, 2])
    let one = Tensor(scalar: 1 as Float)
    let result = try evaluateTensor(
      QLinearMatMulOp.self, [], a, Tensor(scalar: 0.5 as Float), Tensor(scalar: UInt8(0)), b, one,
      Tensor(scalar: Int8(0)), one, Tensor(scalar: Int8(120)))
    #expect(result.elements(Int8.self) == [125, 127, 120, 122])
  }
}
