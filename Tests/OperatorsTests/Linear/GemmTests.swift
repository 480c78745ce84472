import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct GemmTests {
  private let a = Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3])
  private let b = Tensor([1, 0, 0, 1, 1, 1] as [Float], [3, 2])

  @Test("The product of transposed operands is that of their transposes")
  func transposed() throws {
    let plain = try evaluateTensor(GemmOp.self, [], a, b)
    expectClose(plain, [4, 5, 10, 11], shape: [2, 2])
    let aT = Tensor([1, 4, 2, 5, 3, 6] as [Float], [3, 2])
    let bT = Tensor([1, 0, 1, 0, 1, 1] as [Float], [2, 3])
    let attributes: [Attribute] = [Attribute("transA", 1), Attribute("transB", 1)]
    expectClose(try evaluateTensor(GemmOp.self, attributes, aT, bT), [4, 5, 10, 11], shape: [2, 2])
  }

  @Test(
    "C broadcasts to the product and is scaled by beta",
    arguments: [
      ([], [1], [1, 1, 1, 1]), ([2], [1, 2], [1, 2, 1, 2]), ([1, 2], [1, 2], [1, 2, 1, 2]),
      ([2, 1], [1, 2], [1, 1, 2, 2]), ([2, 2], [1, 2, 3, 4], [1, 2, 3, 4]), ([1], [3], [3, 3, 3, 3]),
    ] as [([Int], [Float], [Double])])
  func broadcastsC(shape: [Int], values: [Float], added: [Double]) throws {
    let attributes: [Attribute] = [Attribute("alpha", 0.5 as Float), Attribute("beta", 2 as Float)]
    let result = try evaluateTensor(GemmOp.self, attributes, a, b, Tensor(values, Shape(shape)))
    let product: [Double] = [4, 5, 10, 11]
    expectClose(result, zip(product, added).map { 0.5 * $0 + 2 * $1 }, shape: [2, 2])
  }

  @Test("Integers and float64 have the same meaning")
  func otherTypes() throws {
    let x = Tensor([1, 2, 3, 4] as [Int32], [2, 2])
    let c = Tensor([10, 20] as [Int32])
    #expect(try evaluateTensor(GemmOp.self, [], x, x, c).elements(Int32.self) == [17, 30, 25, 42])
    let wide = Tensor([1, 2, 3, 4] as [Double], [2, 2])
    expectClose(try evaluateTensor(GemmOp.self, [], wide, wide), [7, 10, 15, 22], shape: [2, 2])
  }

  @Test("A C that does not broadcast is refused")
  func refusal() {
    #expect(throws: (any Error).self) {
      try evaluateTensor(GemmOp.self, [], a, b, Tensor([1, 2, 3] as [Float]))
    }
  }
}
