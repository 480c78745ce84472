import KernelInterface
import Testing

/// Products in fewer bits whose tasks encode their rows themselves, against the definition of rounded operands
/// in double precision.
@Suite struct ReducedProductOfRowsTests {
  /// C + A B + bias, or A B, with A's rows a few elements apart and tasks in either order.
  private func check(_ kernels: ReducedGemmKernels, _ m: Int, _ n: Int, _ k: Int, adds: Bool) {
    let gemm: GemmKernels<Float> = kernels.rowProducts
    var test = ReducedGemmCase(m: m, n: n, k: k)
    test.biasAxis = adds ? .column : nil
    test.hasResidual = adds
    // The columns of B are adjacent, as the rows of weights are.
    test.transposesB = true
    let gap: Int = 3
    let a = GuardedBuffer<Float>(m * (k + gap)) {
      $0 % (k + gap) < k ? test.a[$0 / (k + gap) * k + $0 % (k + gap)] : .nan
    }
    let b = GuardedBuffer<Float>(n * k) { test.b[$0] }
    let bias = GuardedBuffer<Float>(n) { test.bias[$0] }
    let packed = GuardedBuffer<Float>(gemm.packedBCount(k, n)) { _ in .nan }
    gemm.packB(b.pointer, 1, k, k, n, packed.base)
    let c = GuardedBuffer<Float>(m * n) { adds ? test.residual[$0] : .nan }
    var arguments = GemmArguments<Float>(m: m, n: n, k: k)
    arguments.beta = adds ? 1 : 0
    arguments.a = a.pointer
    arguments.aRowStride = k + gap
    arguments.packedB = packed.pointer
    arguments.c = c.base
    arguments.cRowStride = n
    if adds { arguments.epilogue.bias = bias.pointer }
    let scratch = Scratch(bytes: gemm.scratchBytes(&arguments))
    let tasks: Int = gemm.taskCount(&arguments)
    for task in 0..<tasks { gemm.run(&arguments, task, scratch.pointer) }
    let first: [Float] = c.values
    for i in 0..<c.count { c.base[i] = adds ? test.residual[i] : .nan }
    for task in (0..<tasks).reversed() { gemm.run(&arguments, task, scratch.pointer) }
    #expect(first == c.values)
    #expect(scratch.isIntact && packed.isIntact && c.isIntact && a.isIntact)
    let expected = test.expected(kernels.precision)
    let wrong: Int? = first.indices.first {
      !(abs(Double(first[$0]) - expected[$0].value) <= expected[$0].bound)
    }
    if let wrong {
      Issue.record(
        "\(kernels.precision) \(kernels.instruction ?? "") \(m)x\(n)x\(k): \(first[wrong]) at \(wrong), not \(expected[wrong])"
      )
    }
  }

  @Test func everyHeightAndDepthMatchesTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      for m in [1, 2, 5, 13, 24] {
        for (n, k) in [(1, 1), (7, 5), (33, 34), (64, 3), (100, 130)] {
          check(kernels, m, n, k, adds: false)
          check(kernels, m, n, k, adds: true)
        }
      }
    }
  }

  @Test func severalTasksAndBlocksOfDepthMatchTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      check(kernels, 300, 200, 260, adds: true)
      check(kernels, 1, 2100, 700, adds: true)
      check(kernels, 3, 40, 5000, adds: true)
      check(kernels, 241, 70, 64, adds: false)
    }
  }

  @Test func fewerRowsNeedNoMoreScratch() {
    for kernels in ReducedGemmCase.allKernels {
      for (n, k) in [(2048, 3), (64, 900), (5, 5)] {
        var arguments = GemmArguments<Float>(m: 24, n: n, k: k)
        let most: Int = kernels.rowProducts.scratchBytes(&arguments)
        for m in 0..<24 {
          arguments.m = m
          #expect(kernels.rowProducts.scratchBytes(&arguments) <= most)
        }
      }
    }
  }

  @Test func noRowsOrColumnsAreNoTasks() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, n) in [(0, 4), (4, 0)] {
        var arguments = GemmArguments<Float>(m: m, n: n, k: 3)
        #expect(kernels.rowProducts.taskCount(&arguments) == 0)
      }
    }
  }
}
