import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct PoolingTests {
  private let image = Tensor((1...16).map { Float($0) }, [1, 1, 4, 4])

  @Test("The maximum of each window and where it lies, flat in the whole tensor")
  func maximum() throws {
    let results = try evaluate(
      MaxPoolOp.self, [Attribute("kernel_shape", [2, 2]), Attribute("strides", [2, 2])],
      inputs: [.tensor(image)], outputCount: 2)
    expectClose(try #require(results[0]?.tensor), [6, 8, 14, 16], shape: [1, 1, 2, 2])
    #expect(try #require(results[1]?.tensor).elements(Int64.self) == [5, 7, 13, 15])
  }

  @Test("Pads count in an average only where they are asked to")
  func average() throws {
    let attributes: [Attribute] = [Attribute("kernel_shape", [3]), Attribute("pads", [1, 1])]
    let line = Tensor([3, 6, 9] as [Float], [1, 1, 3])
    expectClose(
      try evaluateTensor(AveragePoolOp.self, attributes, line), [4.5, 6, 7.5], shape: [1, 1, 3])
    let counted = try evaluateTensor(
      AveragePoolOp.self, attributes + [Attribute("count_include_pad", 1)], line)
    expectClose(counted, [3, 6, 5], shape: [1, 1, 3])
  }

  @Test("Rounding up adds a window only where it begins inside the image or the pads before it")
  func roundingUp() throws {
    let line = Tensor([1, 2, 3, 4, 5] as [Float], [1, 1, 5])
    let attributes: [Attribute] = [Attribute("kernel_shape", [2]), Attribute("strides", [2])]
    expectClose(try evaluateTensor(MaxPoolOp.self, attributes, line), [2, 4], shape: [1, 1, 2])
    let up = try evaluateTensor(MaxPoolOp.self, attributes + [Attribute("ceil_mode", 1)], line)
    expectClose(up, [2, 4, 5], shape: [1, 1, 3])
  }

  @Test("Global pooling brings every channel to one element, whatever the number of axes")
  func global() throws {
    let x = Tensor([3, -4, 1, 1] as [Float], [1, 2, 1, 2, 1, 1])
    let shape: Shape = [1, 2, 1, 1, 1, 1]
    expectClose(try evaluateTensor(GlobalAveragePoolOp.self, [], x), [-0.5, 1], shape: shape)
    expectClose(try evaluateTensor(GlobalMaxPoolOp.self, [], x), [3, 1], shape: shape)
    expectClose(
      try evaluateTensor(GlobalLpPoolOp.self, [], x), [5, 2.0.squareRoot()], shape: shape)
  }

  @Test("Unpooling puts maxima back, and a position outside is an error")
  func unpooling() throws {
    let x = Tensor([1, 2] as [Float], [1, 1, 2])
    let attributes: [Attribute] = [Attribute("kernel_shape", [2]), Attribute("strides", [2])]
    let result = try evaluateTensor(
      MaxUnpoolOp.self, attributes, x, Tensor([1, 2] as [Int64], [1, 1, 2]))
    expectClose(result, [0, 1, 2, 0], shape: [1, 1, 4])
    #expect(throws: (any Error).self) {
      try evaluateTensor(MaxUnpoolOp.self, attributes, x, Tensor([1, 4] as [Int64], [1, 1, 2]))
    }
  }
}
