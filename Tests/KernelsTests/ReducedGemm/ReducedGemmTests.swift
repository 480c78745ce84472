import KernelInterface
import KernelSelection
import Testing

/// Products in fewer bits, of every table and by every instruction, against the definition in double
/// precision.
@Suite struct ReducedGemmTests {
  @Test func everyTileAndDepthMatchesTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      for m in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 25] {
        for n in [2, 3, 8, 9, 15, 16, 17, 31, 32, 33, 50, 64, 71] {
          for k in [1, 2, 3, 4, 5, 6, 7, 9, 34] { ReducedGemmCase(m: m, n: n, k: k).check(kernels) }
        }
      }
    }
  }

  @Test func transposedOperandsMatchTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, n, k) in [(1, 37, 19), (5, 33, 66), (14, 40, 7), (29, 64, 1031)] {
        for form in 0..<4 {
          var test = ReducedGemmCase(m: m, n: n, k: k)
          (test.transposesA, test.transposesB) = (form & 1 == 1, form & 2 == 2)
          test.check(kernels)
        }
      }
    }
  }

  @Test func severalBlocksAndTasksMatchTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      ReducedGemmCase(m: 131, n: 387, k: 2063).check(kernels)
      ReducedGemmCase(m: 1, n: 2087, k: 1501).check(kernels)
      ReducedGemmCase(m: 3, n: 65, k: 9001).check(kernels)
    }
  }

  @Test func biasResidualScaleAndActivationFollow() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, n, k) in [(14, 64, 300), (1, 45, 20), (37, 70, 2100)] {
        for (axis, hasResidual) in [
          (nil, true), (Epilogue<Float>.BiasAxis.row, false), (.column, false), (.column, true),
        ] {
          for activation in [Activation.none, .relu] {
            var test = ReducedGemmCase(m: m, n: n, k: k)
            (test.biasAxis, test.hasResidual, test.activation) = (axis, hasResidual, activation)
            test.check(kernels)
            test.alpha = -0.75
            test.check(kernels)
          }
        }
      }
    }
  }

  @Test func bitsDependNeitherOnTheOrderOfTasksNorOnHowOperandsArePacked() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, n, k) in [(131, 387, 1063), (1, 2087, 1501)] {
        let test = ReducedGemmCase(m: m, n: n, k: k)
        let first: [Float] = test.result(kernels)
        let second: [Float] = test.result(kernels, backwards: true, packsInParts: true)
        #expect(first.map(\.bitPattern) == second.map(\.bitPattern))
      }
    }
  }

  @Test func whatIsNotFiniteNeverBecomesFinite() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, value) in [(1, Float.nan), (14, .nan), (1, .infinity), (14, .infinity), (14, -.infinity)] {
        for place in [0, 18, 38] {
          var test = ReducedGemmCase(m: m, n: 37, k: 39)
          let row: Int = m - 1
          test.a[row * test.k + place] = value
          let found: [Float] = test.result(kernels)
          #expect(found[(row * 37)...].allSatisfy { !$0.isFinite })
          // Other rows are as they were.
          #expect(found[..<(row * 37)].allSatisfy { $0.isFinite })
          if value.isNaN { #expect(found[(row * 37)...].allSatisfy { $0.isNaN }) }
        }
        var test = ReducedGemmCase(m: m, n: 37, k: 39)
        for column in [0, 36] {
          test.b[5 * 37 + column] = value
          let found: [Float] = test.result(kernels)
          for row in 0..<m {
            #expect(!found[row * 37 + column].isFinite)
            #expect(found[row * 37 + 1].isFinite)
          }
        }
      }
    }
  }

  @Test func anEmptyProductHasNoTasksAndAnEmptySumIsZero() {
    for kernels in ReducedGemmCase.allKernels {
      for (m, n) in [(0, 5), (5, 0), (0, 0)] {
        var arguments = ReducedGemmArguments(m: m, n: n, k: 3)
        #expect(kernels.taskCount(&arguments) == 0)
      }
      for m in [1, 13] {
        var test = ReducedGemmCase(m: m, n: 5, k: 1)
        test.a = test.a.map { _ in 0 }
        #expect(test.result(kernels).allSatisfy { $0 == 0 })
      }
    }
  }
}
