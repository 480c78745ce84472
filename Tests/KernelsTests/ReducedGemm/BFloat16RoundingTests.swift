import KernelInterface
import KernelSelection
import Testing

/// How products in bfloat16 round: a product with a weight of 1 shows the number that an activation became.
@Suite struct BFloat16RoundingTests {
  private func rounded(_ values: [Float], _ kernels: ReducedGemmKernels) -> [Float] {
    var test = ReducedGemmCase(m: values.count, n: 2, k: 1)
    test.a = values
    test.b = [1, 1]
    let result: [Float] = test.result(kernels)
    return values.indices.map { result[2 * $0] }
  }

  private var kernels: [ReducedGemmKernels] {
    ReducedGemmCase.allKernels.filter { $0.precision == .bfloat16 }
  }

  @Test func tiesGoToEven() {
    let cases: [(given: Float, rounded: Float)] = [
      (0x1.01p0, 1), (0x1.03p0, 0x1.04p0), (0x1.01001p0, 0x1.02p0), (-0x1.03p0, -0x1.04p0), (257, 256),
      (259, 260), (0, 0), (-0.0, 0),
    ]
    let expected: [Float] = cases.map(\.rounded)
    for kernels in kernels {
      let found: [Float] = rounded(cases.map(\.given), kernels)
      #expect(found == expected)
    }
  }

  @Test func magnitudesPastTheLargestBecomeInfinite() {
    let largest: Float = .greatestFiniteMagnitude
    let expected: [Float] = [.infinity, -.infinity, 0x1.FEp127]
    for kernels in kernels {
      let found: [Float] = rounded([largest, -largest, 0x1.FEp127], kernels)
      #expect(found == expected)
    }
  }

  @Test func onlyAVX512UsesTheInstruction() {
    for table in KernelSelection.supported where table.isa < .avx512 {
      #expect(KernelSelection.weightProducts(.bfloat16, of: table).instruction == nil)
    }
  }
}
