import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SignalTests {
  private func transform(_ x: [Double]) -> [Double] {
    let n: Int = x.count
    return (0..<n).flatMap { k -> [Double] in
      var (real, imaginary): (Double, Double) = (0, 0)
      for (index, value) in x.enumerated() {
        let angle: Double = -2 * Double.pi * Double(k * index % n) / Double(n)
        real += value * cos(angle)
        imaginary += value * sin(angle)
      }
      return [real, imaginary]
    }
  }

  @Test(
    "Every length is transformed by its definition and back", arguments: [1, 2, 3, 8, 10, 31, 64])
  func lengths(count: Int) throws {
    let x: [Double] = (0..<count).map { Double(($0 * 7) % 5) - 1.5 }
    let axis = Tensor(scalar: Int64(1))
    let forward = try evaluateTensor(DFTOp.self, [], Tensor(x, [1, count, 1]), nil, axis)
    expectClose(forward, transform(x), shape: [1, count, 2], steps: 256, scale: Double(count))
    let back = try evaluateTensor(DFTOp.self, [Attribute("inverse", 1)], forward, nil, axis)
    expectClose(back, x.flatMap { [$0, 0] }, shape: [1, count, 2], steps: 256, scale: 2)
  }

  @Test("Half of a real signal's transform is enough to find the signal again")
  func oneSided() throws {
    let x: [Double] = [1, -2, 3, 5, 0, 4]
    let attribute = Attribute("onesided", 1)
    let axis = Tensor(scalar: Int64(1))
    let half = try evaluateTensor(DFTOp.self, [attribute], Tensor(x, [1, 6, 1]), nil, axis)
    expectClose(half, Array(transform(x).prefix(8)), shape: [1, 4, 2], steps: 64, scale: 6)
    let back = try evaluateTensor(
      DFTOp.self, [attribute, Attribute("inverse", 1)], half, nil, axis)
    expectClose(back, x, shape: [1, 6, 1], steps: 64, scale: 6)
  }

  @Test("Frames are windowed and transformed one by one")
  func frames() throws {
    let signal = Tensor([1, 2, 3, 4, 5, 6] as [Float], [1, 6, 1])
    let window = Tensor([1, 0.5, 0.5, 1] as [Float])
    let result = try evaluateTensor(STFTOp.self, [], signal, Tensor(scalar: Int64(2)), window)
    let expected: [Double] =
      Array(transform([1, 1, 1.5, 4]).prefix(6)) + Array(transform([3, 2, 2.5, 6]).prefix(6))
    expectClose(result, expected, shape: [1, 2, 3, 2], steps: 16, scale: 8)
  }

  @Test("Windows are periodic or symmetric")
  func windows() throws {
    let four = Tensor(scalar: Int64(4))
    expectClose(
      try evaluateTensor(HannWindowOp.self, [], four), [0, 0.5, 1, 0.5], shape: [4], scale: 1)
    let symmetric = try evaluateTensor(
      HannWindowOp.self, [Attribute("periodic", 0)], Tensor(scalar: Int64(3)))
    expectClose(symmetric, [0, 1, 0], shape: [3], scale: 1)
    let blackman = try evaluateTensor(BlackmanWindowOp.self, [], Tensor(scalar: Int64(2)))
    expectClose(blackman, [0, 1], shape: [2], scale: 1)
    let hamming = try evaluateTensor(HammingWindowOp.self, [], Tensor(scalar: Int64(2)))
    expectClose(hamming, [4.0 / 46, 1], shape: [2], scale: 1)
  }
}
