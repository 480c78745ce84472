import KernelInterface
import KernelSelection
import Testing

@Suite struct RooflineTests {
  @Test("Reading adds up every element, whatever the length", arguments: KernelSelection.supported.indices)
  func reading(table: Int) {
    let kernels: RooflineKernels = KernelSelection.supported[table].roofline
    for count in [0, 1, 15, 16, 17, 127, 128, 129, 1000] {
      // Small whole numbers, whose sums are exact in any order.
      let values: [Float] = (0..<count).map { Float($0 % 7 - 3) }
      let sum: Float = values.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return 0 }
        return kernels.readF32(base, count)
      }
      #expect(sum == values.reduce(0, +))
    }
  }

  @Test("Multiply-adds run every round", arguments: KernelSelection.supported.indices)
  func multiplyAdds(table: Int) {
    let kernels: RooflineKernels = KernelSelection.supported[table].roofline
    #expect(kernels.operationsPerRound % 24 == 0)
    // Every chain starts at 0 ... 11 and nears the fixed point 0.5 / (1 - 0.9990234375) = 512.
    let lanes: Float = Float(kernels.operationsPerRound / 24)
    #expect(kernels.multiplyAddsF32(0) == 66 * lanes)
    let last: Float = kernels.multiplyAddsF32(20_000)
    #expect(abs(last - 512 * 12 * lanes) < 0.001 * 512 * 12 * lanes)
  }
}
