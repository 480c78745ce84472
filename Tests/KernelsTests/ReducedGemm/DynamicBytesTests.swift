import KernelInterface
import KernelSelection
import Testing

/// How products of bytes quantize.
@Suite struct DynamicBytesTests {
  private var kernels: [ReducedGemmKernels] {
    ReducedGemmCase.allKernels.filter { $0.precision == .int8Dynamic }
  }

  @Test func numbersOnTheGridAreExact() {
    for kernels in kernels {
      // Scales of 1/128 and 1: every number is an integer of them.
      var test = ReducedGemmCase(m: 14, n: 40, k: 256)
      test.a = (0..<14 * 256).map { (index: Int) -> Float in Float(index % 256 - 100) / 128 }
      test.b = (0..<256 * 40).map { (index: Int) -> Float in
        let (row, column): (Int, Int) = (index / 40, index % 40)
        return Float((row * 7 + column) % 255 - 127)
      }
      let found: [Float] = test.result(kernels)
      for row in 0..<14 {
        for column in 0..<40 {
          var sum: Double = 0
          for d in 0..<256 { sum += Double(test.element(row, d)) * Double(test.weight(d, column)) }
          let error: Double = abs(Double(found[row * 40 + column]) - sum)
          #expect(error <= abs(sum) * 0x1p-20 + 1e-3)
        }
      }
    }
  }

  @Test func allFormsGiveTheSameSums() {
    // One block of depth: what is rounded is the same on every table.
    for (m, n, k) in [(1, 70, 300), (13, 70, 300)] {
      let test = ReducedGemmCase(m: m, n: n, k: k)
      let results: [[UInt32]] = kernels.map { test.result($0).map(\.bitPattern) }
      #expect(results.allSatisfy { $0 == results[0] })
    }
  }

  @Test func rowsAreScaledEachInItsOwnWay() {
    for kernels in kernels {
      var test = ReducedGemmCase(m: 3, n: 33, k: 50)
      for d in 0..<50 {
        test.a[d] *= 1e-20
        test.a[100 + d] *= 1e20
      }
      test.check(kernels)
      for row in [0, 2] {
        let found: [Float] = Array(test.result(kernels)[(row * 33)..<(row * 33 + 33)])
        for column in 0..<33 {
          var (sum, size): (Double, Double) = (0, 0)
          for d in 0..<50 {
            let product: Double = Double(test.element(row, d)) * Double(test.weight(d, column))
            sum += product
            size += abs(product)
          }
          let error: Double = abs(Double(found[column]) - sum)
          #expect(error <= size * 0.03)
        }
      }
    }
  }

  @Test func extremeRangesStayInBounds() {
    for kernels in kernels {
      var test = ReducedGemmCase(m: 2, n: 2, k: 4)
      test.a = [
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 0, 1e-38, -.leastNormalMagnitude / 8, 0, 0,
      ]
      test.b = [1e-30, 0, 1e-30, 0, 1, 0, 0, 0]
      let found: [Float] = test.result(kernels)
      // The largest and the least number cancel but for a step of their grid.
      let step: Float = Float.greatestFiniteMagnitude / 255 * 2
      #expect(abs(found[0]) <= step * 1e-30)
      #expect(found[1] == 0 && found[2] == 0 && found[3] == 0)
    }
  }
}
