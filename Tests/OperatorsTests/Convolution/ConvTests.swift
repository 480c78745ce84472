import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ConvTests {
  private let image = Tensor((0..<25).map { Float($0) }, [1, 1, 5, 5])
  private let ones = Tensor([Float](repeating: 1, count: 9), [1, 1, 3, 3])

  @Test("The specification's example with pads, with strides, and without either")
  func worked() throws {
    let padded = try evaluateTensor(ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], image, ones)
    #expect(padded.shape == [1, 1, 5, 5])
    #expect(padded.elements(Float.self)[..<5] == [12, 21, 27, 33, 24])
    let plain = try evaluateTensor(ConvOp.self, [], image, ones)
    expectClose(plain, [54, 63, 72, 99, 108, 117, 144, 153, 162], shape: [1, 1, 3, 3])
    let strided = try evaluateTensor(
      ConvOp.self, [Attribute("strides", [2, 2]), Attribute("pads", [1, 1, 1, 1])], image, ones)
    expectClose(strided, [12, 27, 24, 63, 108, 81, 72, 117, 84], shape: [1, 1, 3, 3])
  }

  @Test("SAME pads so that the output has a position for each stride, odd zeros behind or in front")
  func same() throws {
    let line = Tensor([1, 2, 3, 4] as [Float], [1, 1, 4])
    let pair = Tensor([1, 10] as [Float], [1, 1, 2])
    let upper = try evaluateTensor(ConvOp.self, [Attribute("auto_pad", "SAME_UPPER")], line, pair)
    expectClose(upper, [21, 32, 43, 4], shape: [1, 1, 4])
    let lower = try evaluateTensor(ConvOp.self, [Attribute("auto_pad", "SAME_LOWER")], line, pair)
    expectClose(lower, [10, 21, 32, 43], shape: [1, 1, 4])
  }

  @Test(
    "Groups see their own channels, and a bias is added to each feature, in every floating type")
  func groups() throws {
    let x: [Float] = [1, 2, 3, 4]
    let w: [Float] = [2, -1]
    let b: [Float] = [100, 0.5]
    let expected: [Double] = [102, 104, -2.5, -3.5]
    let attributes: [Attribute] = [Attribute("group", 2)]
    let single = try evaluateTensor(
      ConvOp.self, attributes, Tensor(x, [1, 2, 2]), Tensor(w, [2, 1, 1]), Tensor(b))
    expectClose(single, expected, shape: [1, 2, 2])
    let half = try evaluateTensor(
      ConvOp.self, attributes, Tensor(x.map { Half($0) }, [1, 2, 2]),
      Tensor(w.map { Half($0) }, [2, 1, 1]),
      Tensor(b.map { Half($0) }))
    #expect(half.elementType == .float16)
    expectClose(half, expected, shape: [1, 2, 2])
    let double = try evaluateTensor(
      ConvOp.self, attributes, Tensor(x.map(Double.init), [1, 2, 2]),
      Tensor(w.map(Double.init), [2, 1, 1]),
      Tensor(b.map(Double.init)))
    expectClose(double, expected, shape: [1, 2, 2])
  }

  @Test("A transposed convolution spreads each position, and an output shape decides its pads")
  func transposed() throws {
    let x = Tensor([1, 2, 3] as [Float], [1, 1, 3])
    let w = Tensor([1, 10, 100] as [Float], [1, 1, 3])
    expectClose(
      try evaluateTensor(ConvTransposeOp.self, [], x, w), [1, 12, 123, 230, 300], shape: [1, 1, 5])
    let strided = try evaluateTensor(
      ConvTransposeOp.self, [Attribute("strides", [2]), Attribute("output_shape", [6])], x, w)
    #expect(strided.shape == [1, 1, 6])
  }

  @Test("Channels that don't match, and windows that don't fit, are refused")
  func refusals() {
    #expect(throws: (any Error).self) {
      try evaluateTensor(
        ConvOp.self, [], image, Tensor([Float](repeating: 1, count: 18), [1, 2, 3, 3]))
    }
    #expect(throws: (any Error).self) {
      try evaluateTensor(ConvOp.self, [Attribute("dilations", [9, 9])], image, ones)
    }
    #expect(throws: (any Error).self) {
      try evaluateTensor(ConvOp.self, [Attribute("strides", [0, 1])], image, ones)
    }
  }
}
