import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct QuantizedConvolutionTests {
  @Test("Pads of an integer convolution hold the zero point, so that they count as nothing")
  func zeroPoint() throws {
    let x = Tensor((2...10).map { UInt8($0) }, [1, 1, 3, 3])
    let w = Tensor([1, 1, 1, 1] as [UInt8], [1, 1, 2, 2])
    let plain = try evaluateTensor(ConvIntegerOp.self, [], x, w, Tensor(scalar: UInt8(1)))
    #expect(plain.elements(Int32.self) == [12, 16, 24, 28])
    let padded = try evaluateTensor(
      ConvIntegerOp.self, [Attribute("pads", [1, 1, 1, 1])], x, w, Tensor(scalar: UInt8(1)))
    #expect(
      padded.elements(Int32.self) == [1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9])
  }

  @Test(
    "A quantized convolution scales, rounds half to even and saturates, for each feature its own scale"
  )
  func requantized() throws {
    let x = Tensor([10, 20] as [UInt8], [1, 1, 2])
    let w = Tensor([1, 2] as [Int8], [2, 1, 1])
    let scale = Tensor(scalar: 1 as Float)
    let result = try evaluateTensor(
      QLinearConvOp.self, [], x, scale, Tensor(scalar: UInt8(0)), w, Tensor([0.25, 10] as [Float]),
      Tensor([0, 0] as [Int8]), scale, Tensor(scalar: UInt8(3)), Tensor([0, -10] as [Int32]))
    #expect(result.elements(UInt8.self) == [5, 8, 103, 255])
  }
}
