import KernelInterface
import KernelSelection
import Testing

/// Integer products of every table against plain sums.
@Suite struct IntegerGemmTests {
  @Test func everyShapeSignAndZeroPointIsExact() {
    var index = 0
    for table in KernelSelection.supported {
      for m in [1, 3, 4, 5, 250] {
        for n in [1, 7, 8, 15, 16, 31, 32, 33, 70] {
          for k in [0, 1, 2, 7, 513] {
            check(table.integerGemm, m, n, k, index)
            index += 1
          }
        }
      }
    }
  }

  @Test func sumsAreRoundedHalfToEvenAndSaturated() {
    for table in KernelSelection.supported {
      let sums = GuardedBuffer<Int32>(8) { [5, 15, 25, -5, 100_000, -100_000, Int32.max, -26][$0] }
      let scale: [Float] = [0.1]
      let bias: [Int32] = [0, 0, 0, 0, 0, 0, 0, 1]
      let y = GuardedBuffer<Int8>(8) { _ in 0 }
      scale.withUnsafeBufferPointer { scale in
        bias.withUnsafeBufferPointer { bias in
          var arguments = RequantizeArguments(rows: 1, columns: 8)
          arguments.c = sums.pointer
          arguments.y = UnsafeMutableRawPointer(y.base)
          arguments.yIsSigned = true
          arguments.scale = scale.baseAddress
          arguments.bias = bias.baseAddress
          arguments.biasColumnStride = 1
          arguments.zero = 3
          table.integerGemm.requantize(&arguments)
        }
      }
      #expect(y.values == [3, 5, 5, 3, 127, -128, 127, 1])
      #expect(y.isIntact)
    }
  }

  @Test func patchesTimesWeightsAreAConvolution() {
    for table in KernelSelection.supported {
      let image = GuardedBuffer<UInt8>(2 * 3 * 4) { UInt8($0 * 7 % 256) }
      let matrix = GuardedBuffer<UInt8>(2 * 4 * 6) { _ in 99 }
      var arguments = BytePatchesArguments(
        channels: 2, input: Extent3(1, 3, 4), kernel: Extent3(1, 2, 2), output: Extent3(1, 2, 3))
      arguments.stride = Extent3(1, 2, 1)
      arguments.dilation = Extent3(1, 1, 2)
      arguments.padding = Extent3(0, 1, 0)
      arguments.outside = 200
      arguments.x = image.pointer
      arguments.y = matrix.base
      table.integerGemm.patches(&arguments)
      for channel in 0..<2 {
        for tap in 0..<4 {
          for position in 0..<6 {
            let row = position / 3 * 2 - 1 + tap / 2
            let column = position % 3 + tap % 2 * 2
            let inside = 0..<3 ~= row && 0..<4 ~= column
            let expected = inside ? image.base[channel * 12 + row * 4 + column] : 200
            #expect(matrix.base[(channel * 4 + tap) * 6 + position] == expected)
          }
        }
      }
      #expect(matrix.isIntact)
    }
  }

  private func check(_ gemm: IntegerGemmKernels, _ m: Int, _ n: Int, _ k: Int, _ index: Int) {
    var random = SeededRandom(UInt64(index))
    let a = GuardedBuffer<UInt8>((m + 2) * (k + 2)) { _ in UInt8(random.next() & 255) }
    let b = GuardedBuffer<UInt8>((k + 2) * (n + 2)) { _ in UInt8(random.next() & 255) }
    let zeroA = GuardedBuffer<UInt8>(m) { _ in UInt8(random.next() & 255) }
    let zeroB = GuardedBuffer<UInt8>(n) { _ in UInt8(random.next() & 255) }
    let c = GuardedBuffer<Int32>(m * (n + 1) - 1) { _ in 4711 }
    var arguments = IntegerGemmArguments(m: m, n: n, k: k)
    arguments.a = UnsafeRawPointer(a.base)
    arguments.b = UnsafeRawPointer(b.base)
    arguments.aIsSigned = index % 2 == 0
    arguments.bIsSigned = index % 3 == 0
    (arguments.aRowStride, arguments.aColumnStride) = index % 5 == 0 ? (1, m + 1) : (k + 1, 1)
    (arguments.bRowStride, arguments.bColumnStride) = index % 7 == 0 ? (1, k + 1) : (n + 1, 1)
    if index % 4 > 0 { arguments.aZero = UnsafeRawPointer(zeroA.base) }
    if index % 4 > 1 { arguments.bZero = UnsafeRawPointer(zeroB.base) }
    (arguments.aZeroStride, arguments.bZeroStride) = (index % 2, (index / 2) % 2)
    arguments.c = c.base
    arguments.cRowStride = n + 1
    let scratch = Scratch(bytes: gemm.scratchBytes(&arguments))
    for task in (0..<gemm.taskCount(&arguments)).reversed() { gemm.run(&arguments, task, scratch.pointer) }
    #expect(scratch.isIntact && c.isIntact && a.isIntact && b.isIntact)

    let value: (UInt8, Bool) -> Int = { $1 ? Int(Int8(bitPattern: $0)) : Int($0) }
    for row in 0..<m {
      if row + 1 < m { #expect(c.base[row * (n + 1) + n] == 4711) }
      let za =
        arguments.aZero == nil ? 0 : value(zeroA.base[row * arguments.aZeroStride], arguments.aIsSigned)
      for column in 0..<n {
        let zb =
          arguments.bZero == nil ? 0 : value(zeroB.base[column * arguments.bZeroStride], arguments.bIsSigned)
        var sum = 0
        for d in 0..<k {
          let left = a.base[row * arguments.aRowStride + d * arguments.aColumnStride]
          let right = b.base[d * arguments.bRowStride + column * arguments.bColumnStride]
          sum += (value(left, arguments.aIsSigned) - za) * (value(right, arguments.bIsSigned) - zb)
        }
        if c.base[row * (n + 1) + column] != Int32(sum) {
          Issue.record("\(m) \(n) \(k) case \(index): (\(row), \(column)) is wrong")
          return
        }
      }
    }
  }
}
