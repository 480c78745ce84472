import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Kernels that move elements, for every element size, on every table.
@Suite struct MovementTests {
  @Test func transposesOfEverySizeAndShapeMoveEveryElement() {
    for (name, table) in InstructionSet.tables {
      for size in [1, 2, 4, 8, 16] {
        for (rows, columns) in [
          (1, 1), (3, 5), (8, 8), (16, 16), (17, 33), (64, 70), (1, 40), (40, 1), (130, 67),
        ] {
          let (inStride, outStride) = (rows + 3, columns + 2)
          let input = (0..<columns * inStride * size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
          let out = GuardedBuffer<UInt8>(rows * outStride * size) { _ in 9 }
          table.movement.transpose(out.base, outStride, input, inStride, rows, columns, size)
          var isRight = out.isIntact
          for r in 0..<rows {
            for c in 0..<outStride {
              for b in 0..<size {
                let expected = c < columns ? input[(c * inStride + r) * size + b] : 9
                if out.base[(r * outStride + c) * size + b] != expected { isRight = false }
              }
            }
          }
          #expect(isRight, "\(name) \(rows)x\(columns) of \(size) bytes")
        }
      }
    }
  }

  @Test func permutationsOfFourDimensionsMoveEveryElement() {
    let shape = [3, 4, 5, 9]
    let values = (0..<540).map { Int32($0) }
    let permutations = [
      [0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 3, 1], [0, 3, 1, 2], [0, 2, 1, 3], [1, 0, 3, 2], [2, 3, 0, 1],
      [3, 0, 1, 2],
    ]
    for (name, table) in InstructionSet.tables {
      for permutation in permutations {
        let plan = CopyPlan.permutation(of: shape, by: permutation)
        let out = GuardedBuffer<Int32>(540) { _ in -1 }
        plan.run(table.movement, out: out.base, input: values, elementSize: 4)
        let strides = CopyPlan.denseStrides(shape)
        var expected: [Int32] = []
        for a in 0..<shape[permutation[0]] {
          for b in 0..<shape[permutation[1]] {
            for c in 0..<shape[permutation[2]] {
              for d in 0..<shape[permutation[3]] {
                var at = a * strides[permutation[0]] + b * strides[permutation[1]]
                at += c * strides[permutation[2]] + d * strides[permutation[3]]
                expected.append(values[at])
              }
            }
          }
        }
        #expect(out.values == expected && out.isIntact, "\(name) \(permutation)")
      }
      #expect(CopyPlan.permutation(of: shape, by: [0, 1, 2, 3]).rank == 1)
      #expect(CopyPlan.permutation(of: shape, by: [0, 2, 3, 1]).rank == 3)
    }
  }

  @Test func copiesBroadcastReverseAndSkip() {
    for (_, table) in InstructionSet.tables {
      let values: [Int64] = [1, 2, 3, 4, 5, 6]
      var out = [Int64](repeating: 0, count: 6)
      CopyPlan(sizes: [2, 3], outStrides: [3, 1], inStrides: [0, 1]).run(
        table.movement, out: &out, input: values, elementSize: 8)
      #expect(out == [1, 2, 3, 1, 2, 3])
      values.withUnsafeBytes {
        CopyPlan(sizes: [6], outStrides: [1], inStrides: [-1]).run(
          table.movement, out: &out, input: $0.baseAddress! + 40, elementSize: 8)
      }
      #expect(out == [6, 5, 4, 3, 2, 1])
      CopyPlan(sizes: [3], outStrides: [2], inStrides: [2]).run(
        table.movement, out: &out, input: values, elementSize: 8)
      #expect(out == [1, 5, 3, 3, 5, 1])
      CopyPlan(sizes: [], outStrides: [], inStrides: []).run(
        table.movement, out: &out, input: values, elementSize: 8)
      #expect(out[0] == 1)
      CopyPlan(sizes: [0, 3], outStrides: [3, 1], inStrides: [3, 1]).run(
        table.movement, out: &out, input: values, elementSize: 8)
      #expect(out == [1, 5, 3, 3, 5, 1])
    }
  }

  @Test func rowsAreGatheredByPositiveAndNegativeNumbers() {
    for (_, table) in InstructionSet.tables {
      for width in [1, 2, 3, 4, 8, 12, 100] {
        let input = (0..<7 * width).map { UInt8(truncatingIfNeeded: $0) }
        let indices: [Int64] = [6, 0, -1, -7, 3]
        let out = GuardedBuffer<UInt8>(5 * width) { _ in 0 }
        table.movement.gatherRows(out.base, input, width, indices, 5, 7, width)
        let expected = [6, 0, 6, 0, 3].flatMap { Array(input[$0 * width..<($0 + 1) * width]) }
        #expect(out.values == expected && out.isIntact)
      }
      #expect(table.movement.firstInvalidIndex([0, -7, 6], 3, 7) == -1)
      #expect(table.movement.firstInvalidIndex([0, 7, 9], 3, 7) == 1)
      #expect(table.movement.firstInvalidIndex([0, 1, -8], 3, 7) == 2)
      let filled = GuardedBuffer<Float>(37) { _ in 0 }
      table.movement.fill(filled.base, [Float(2.5)], 37, 4)
      #expect(filled.values.allSatisfy { $0 == 2.5 } && filled.isIntact)
    }
  }
}
