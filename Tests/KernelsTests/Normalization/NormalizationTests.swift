import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Normalizations on every table against double precision.
@Suite struct NormalizationTests {
  @Test func rowNormalizationsMatchTheirFormulasWithEveryOptionalPart() {
    for (name, table) in InstructionSet.tables {
      for columns in lengths where columns > 0 {
        for parts in 0..<16 {
          check(
            name, table, columns, hasGain: parts & 1 != 0, hasOffset: parts & 2 != 0,
            hasResidual: parts & 4 != 0, isRMS: parts & 8 != 0)
        }
      }
    }
  }

  func check(
    _ name: String, _ table: KernelTable, _ columns: Int, hasGain: Bool, hasOffset: Bool, hasResidual: Bool,
    isRMS: Bool
  ) {
    let (rows, stride) = (3, columns + 5)
    let x = GuardedBuffer<Float>(rows * stride) { 3 + Float(($0 * 7919) % 101) / 50 }
    let residual = GuardedBuffer<Float>(rows * stride) { Float(($0 * 104729) % 89) / 60 }
    let gain = randomFloats(columns, seed: 5)
    let offset = randomFloats(columns, seed: 6)
    let out = GuardedBuffer<Float>(rows * stride) { _ in 7 }
    let sum = GuardedBuffer<Float>(rows * stride) { _ in 7 }
    var means = [Float](repeating: 0, count: rows)
    var inverses = [Float](repeating: 0, count: rows)
    gain.withUnsafeBufferPointer { gain in
      offset.withUnsafeBufferPointer { offset in
        means.withUnsafeMutableBufferPointer { means in
          inverses.withUnsafeMutableBufferPointer { inverses in
            var job = RowNormalization(
              out: out.base, input: x.pointer, rows: rows, columns: columns, epsilon: 1e-5)
            (job.inputStride, job.outStride, job.residualStride, job.sumStride) = (
              stride, stride, stride, stride
            )
            if hasGain { job.gain = gain.baseAddress }
            if hasOffset { job.offset = offset.baseAddress }
            if hasResidual { (job.residual, job.sum) = (residual.pointer, sum.base) }
            (job.mean, job.inverseDeviation) = (means.baseAddress, inverses.baseAddress)
            (isRMS ? table.normalization.rmsNormF32 : table.normalization.layerNormF32)(job)
          }
        }
      }
    }
    for r in 0..<rows {
      let line = (0..<columns).map { (c: Int) -> Double in
        let at = r * stride + c
        return Double(hasResidual ? x.base[at] + residual.base[at] : x.base[at])
      }
      let n = Double(columns)
      let mean = isRMS ? 0 : line.reduce(0, +) / n
      let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      let inverse = 1 / sqrt(variance + 1e-5)
      let expected = line.enumerated().map { (c, v) -> Double in
        (v - mean) * inverse * (hasGain ? Double(gain[c]) : 1) + (hasOffset ? Double(offset[c]) : 0)
      }
      let actual = (0..<columns).map { out.base[r * stride + $0] }
      expectNear(actual, expected, steps: 12, scale: 5 * max(1, inverse), "\(name) \(columns) rms \(isRMS)")
      #expect(stepsApart(inverses[r], inverse) <= 3000 && out.base[r * stride + columns] == 7)
      if !isRMS { #expect(stepsApart(means[r], mean) <= 2) }
      if hasResidual { #expect(sum.base[r * stride] == Float(line[0])) }
    }
    #expect(out.isIntact && sum.isIntact)
  }

  @Test func channelAffineScalesEveryChannelInBothLayouts() {
    for (name, table) in InstructionSet.tables {
      for (channels, inner) in [(5, 1), (33, 1), (3, 17), (2, 64), (1, 3)] {
        let shape = AxisShape(outer: 2, length: channels, inner: inner)
        let values = randomFloats(2 * channels * inner, seed: 7)
        let (scale, shift) = (randomFloats(channels, seed: 8), randomFloats(channels, seed: 9))
        for hasShift in [true, false] {
          let out = GuardedBuffer<Float>(values.count) { values[$0] }
          shift.withUnsafeBufferPointer {
            table.normalization.channelAffineF32(
              out.base, out.pointer, scale, hasShift ? $0.baseAddress : nil, shape)
          }
          let expected = values.indices.map { (index: Int) -> Double in
            let c = index / inner % channels
            return Double(values[index]) * Double(scale[c]) + (hasShift ? Double(shift[c]) : 0)
          }
          expectNear(out.values, expected, steps: 4, scale: 16, "\(name) \(shape)")
          #expect(out.isIntact)
        }
      }
    }
  }

  @Test func momentsNormsAndLocalResponsesMatchTheirFormulas() {
    for (name, table) in InstructionSet.tables {
      for shape in [
        AxisShape(outer: 2, length: 37, inner: 1), AxisShape(outer: 2, length: 12, inner: 19),
        AxisShape(outer: 1, length: 1, inner: 1), AxisShape(outer: 1, length: 600, inner: 1),
        AxisShape(outer: 1, length: 3, inner: 16),
      ] {
        let count = shape.outer * shape.length * shape.inner
        let values = randomFloats(count, seed: UInt64(count)).map { $0 + 100 }
        func line(_ o: Int, _ i: Int) -> [Double] {
          (0..<shape.length).map { Double(values[o * shape.outerStride + $0 * shape.lengthStride + i]) }
        }
        let mean = GuardedBuffer<Float>(shape.outer * shape.inner) { _ in 0 }
        let variance = GuardedBuffer<Float>(shape.outer * shape.inner) { _ in 0 }
        table.normalization.momentsF32(mean.base, variance.base, shape.inner, values, shape)
        let out = GuardedBuffer<Float>(count) { _ in 0 }
        for o in 0..<shape.outer {
          for i in 0..<shape.inner {
            let x = line(o, i)
            let m = x.reduce(0, +) / Double(x.count)
            let v = x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(x.count)
            expectNear([mean.base[o * shape.inner + i]], [m], "\(name) mean \(shape)")
            expectNear([variance.base[o * shape.inner + i]], [v], steps: 100, "\(name) variance \(shape)")
          }
        }
        for p in [1, 2] {
          table.normalization.lpNormF32(out.base, values, shape, p)
          let expected = values.indices.map { (at: Int) -> Double in
            let x = line(at / shape.outerStride, at % shape.inner)
            let norm = p == 1 ? x.reduce(0) { $0 + abs($1) } : sqrt(x.reduce(0) { $0 + $1 * $1 })
            return Double(values[at]) / norm
          }
          expectNear(out.values, expected, "\(name) L\(p) \(shape)")
        }
        for size in [1, 2, 5] {
          table.normalization.localResponseF32(out.base, values, shape, size, 0.01, 0.75, 1)
          let expected = values.indices.map { (at: Int) -> Double in
            let x = line(at / shape.outerStride, at % shape.inner)
            let c = at % shape.outerStride / shape.lengthStride
            let window = x[max(0, c - (size - 1) / 2)...min(x.count - 1, c + size / 2)]
            return Double(values[at]) / pow(1 + 0.01 / Double(size) * window.reduce(0) { $0 + $1 * $1 }, 0.75)
          }
          expectNear(out.values, expected, steps: 16, "\(name) LRN \(size) \(shape)")
        }
        #expect(mean.isIntact && variance.isIntact && out.isIntact)
      }
    }
  }
}
