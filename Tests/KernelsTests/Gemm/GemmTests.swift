import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Every GEMM of every table against sums in double precision.
@Suite struct GemmTests {
  @Test func everySmallShapeAndFormMatchesTheReference() {
    for table in KernelSelection.supported {
      checkShapes(table.gemmF32)
      checkShapes(table.gemmF64)
    }
  }

  @Test func severalBlocksAndTasksMatchTheReference() {
    for table in KernelSelection.supported {
      for form in [GemmForm(), GemmForm(transposesA: true, transposesB: true), GemmForm(packsB: true)] {
        GemmCase(m: 509, n: 387, k: 1031, form: form).check(table.gemmF32)
      }
      GemmCase(m: 129, n: 1100, k: 300, form: GemmForm(packsA: true)).check(table.gemmF64)
      GemmCase(m: 1, n: 2087, k: 1500, form: GemmForm()).check(table.gemmF32)
      GemmCase(m: 1999, n: 1, k: 1500, form: GemmForm(transposesA: true)).check(table.gemmF32)
    }
  }

  @Test func alphaBetaAndEveryActivationAreApplied() {
    for table in KernelSelection.supported {
      for activation in Activation.allCases {
        for (m, n, k) in [(14, 37, 300), (1, 45, 20), (29, 1, 20)] {
          var test = GemmCase(m: m, n: n, k: k, form: GemmForm())
          test.alpha = 0.75
          test.beta = -0.5
          test.biasAxis = activation.rawValue % 2 == 0 ? .row : .column
          test.residualColumnStride = Int(activation.rawValue) % 3
          test.activation = activation
          test.check(table.gemmF32)
          test.check(table.gemmF64)
        }
      }
    }
  }

  /// Whole registers of sums may end in registers, others through scratch, and sums of several blocks of depth
  /// wait in C: every combination, for rows of A that are read where they lie.
  @Test func everyEndingOfRowsReadInPlaceMatchesTheReference() {
    let activations: [Activation] = [.none, .relu, .clip, .leakyRelu, .gelu]
    for table in KernelSelection.supported {
      var index = 0
      for (alpha, beta) in [(1.0, 0.0), (1.0, 1.0), (1.0, 0.5), (0.75, 0.0)] {
        for axis in [nil, Epilogue<Float>.BiasAxis.row, .column] {
          for residual in [nil, 0, 1, 2] {
            for k in [7, 1030] {
              let columns = table.gemmF32.tileColumns
              var test = GemmCase(
                m: 2 * table.gemmF32.tileRows + 3, n: 2 * columns + [0, columns / 2, 5][index % 3], k: k,
                form: GemmForm(packsB: index % 2 == 0))
              (test.alpha, test.beta, test.biasAxis) = (alpha, beta, axis)
              test.residualColumnStride = residual
              test.activation = activations[index % activations.count]
              test.check(table.gemmF32)
              index += 1
            }
          }
        }
      }
    }
  }

  @Test func rowsReadInPlaceAreDividedIntoTasksOfAnySize() {
    for table in KernelSelection.supported {
      for (m, n, k) in [(128, 1000, 784), (129, 10, 3000), (300, 96, 64), (1000, 33, 40)] {
        GemmCase(m: m, n: n, k: k, form: GemmForm(packsB: true)).check(table.gemmF32)
      }
      GemmCase(m: 70, n: 130, k: 1500, form: GemmForm(packsB: true)).check(table.gemmF64)
    }
  }

  @Test func batchesFollowStridesOrOffsets() {
    for table in KernelSelection.supported {
      var test = GemmCase(m: 13, n: 35, k: 20, form: GemmForm())
      test.batch = 5
      test.check(table.gemmF32)
      test.usesOffsets = true
      test.check(table.gemmF32)
      test.m = 1
      test.check(table.gemmF64)
    }
  }

  @Test func anEmptyProductHasNoTasks() {
    for table in KernelSelection.supported {
      for (m, n) in [(0, 5), (5, 0), (0, 0)] {
        var arguments = GemmArguments<Float>(m: m, n: n, k: 3)
        #expect(table.gemmF32.taskCount(&arguments) == 0)
      }
    }
  }

  private func checkShapes<Element>(_ gemm: GemmKernels<Element>) {
    let (rows, columns) = (gemm.tileRows, gemm.tileColumns)
    var index = 0
    for m in [1, 2, 3, rows - 1, rows, rows + 1, 2 * rows + 5] {
      for n in [1, columns / 2 - 1, columns / 2, columns / 2 + 1, columns - 1, columns, columns + 1, 70] {
        for k in [0, 1, 5, 33, 257] {
          GemmCase(m: m, n: n, k: k, form: GemmForm(index: index)).check(gemm)
          index += 1
        }
      }
    }
  }
}

/// How operands lie in memory.
struct GemmForm {
  var transposesA = false
  var transposesB = false
  var packsA = false
  var packsB = false

  init(transposesA: Bool = false, transposesB: Bool = false, packsA: Bool = false, packsB: Bool = false) {
    self.transposesA = transposesA
    self.transposesB = transposesB
    self.packsA = packsA
    self.packsB = packsB
  }

  init(index: Int) {
    let bits = index % 13
    self.init(
      transposesA: bits & 1 != 0, transposesB: bits & 2 != 0, packsA: bits & 4 != 0, packsB: bits & 8 != 0)
  }
}
