import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Blocks of attention on every table against double precision.
@Suite struct AttentionTests {
  /// A block of `queries` x `keys` of which the first `attended` keys count, in rows with gaps between them.
  private struct Problem {
    var queries: Int
    var keys: Int
    var attended: Int
    var size: Int
    var valueSize: Int
    var isMasked: Bool
  }

  private static func problems(width: Int) -> [Problem] {
    var result: [Problem] = []
    for queries in Set([1, 3, width / 2, width / 2 + 1, width]).sorted() {
      for keys in [1, 7, 240, 511] {
        for isMasked in [false, true] {
          result.append(
            Problem(
              queries: queries, keys: keys, attended: isMasked ? keys : (keys + 1) / 2,
              size: keys == 7 ? 64 : 5,
              valueSize: keys == 240 ? 13 : 8, isMasked: isMasked))
        }
      }
    }
    return result
  }

  @Test(
    "A block is the softmax of its scores times the values, whatever is masked and however many keys there are"
  )
  func formula() {
    for (name, table) in InstructionSet.tables {
      for problem in Self.problems(width: table.attentionF32.blockQueries) {
        check(problem, table.attentionF32, name)
      }
    }
  }

  private func check(_ problem: Problem, _ kernels: AttentionKernels, _ name: String) {
    let (rows, keys): (Int, Int) = (problem.queries, problem.keys)
    let (size, valueSize): (Int, Int) = (problem.size, problem.valueSize)
    let (qStride, kStride, vStride, yStride) = (size + 3, size + 1, valueSize + 2, valueSize + 4)
    let q: [Float] = randomFloats(rows * qStride, seed: 1, range: 3)
    let k: [Float] = randomFloats(keys * kStride, seed: 2, range: 3)
    let v: [Float] = randomFloats(keys * vStride, seed: 3, range: 3)
    // Every third key is excluded, and of the first query all are; other scores are shifted.
    let mask: [Float] = (0..<rows * keys).map { place in
      place < keys || place % keys % 3 == 1 ? -.infinity : Float(place % 5) / 4
    }
    let packedKeys = GuardedBuffer<Float>(kernels.packedKeysCount(keys, size)) { _ in .nan }
    let packedValues = GuardedBuffer<Float>(kernels.packedValuesCount(keys, valueSize)) { _ in .nan }
    let packedMask = GuardedBuffer<Float>(kernels.packedMaskCount(keys)) { _ in .nan }
    kernels.packKeys(k, kStride, keys, size, packedKeys.base)
    kernels.packValues(v, vStride, keys, valueSize, packedValues.base)
    kernels.packMask(mask, keys, rows, keys, packedMask.base)
    let y = GuardedBuffer<Float>(rows * yStride) { _ in -7 }
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: kernels.scratchBytes(keys, size, valueSize), alignment: 64)
    defer { scratch.deallocate() }
    q.withUnsafeBufferPointer { q in
      guard let base = q.baseAddress else { return }
      let block = AttentionBlock(
        queries: rows, keys: problem.attended, packedKeyCount: keys, size: size, valueSize: valueSize,
        scale: 0.25, q: base, qRowStride: qStride, packedKeys: UnsafePointer(packedKeys.base),
        packedValues: UnsafePointer(packedValues.base),
        packedMask: problem.isMasked ? UnsafePointer(packedMask.base) : nil, y: y.base, yRowStride: yStride)
      withUnsafePointer(to: block) { kernels.run($0, scratch) }
    }
    #expect(y.isIntact && packedKeys.isIntact && packedValues.isIntact && packedMask.isIntact)
    for row in 0..<rows {
      var weights: [Double] = (0..<problem.attended).map { key in
        let score: Double = (0..<size).reduce(0) {
          $0 + Double(q[row * qStride + $1]) * Double(k[key * kStride + $1])
        }
        return score / 4 + (problem.isMasked ? Double(mask[row * keys + key]) : 0)
      }
      let best: Double = weights.max() ?? 0
      weights = weights.map { best == -.infinity ? 0 : exp($0 - best) }
      let total: Double = weights.reduce(0, +)
      let expected: [Double] = (0..<valueSize).map { d in
        let sum: Double = weights.indices.reduce(0) { $0 + weights[$1] * Double(v[$1 * vStride + d]) }
        return total == 0 ? 0 : sum / total
      }
      expectNear(
        (0..<valueSize).map { y.base[row * yStride + $0] }, expected, steps: 128, scale: 3,
        "\(name) \(problem) row \(row)")
      for gap in valueSize..<yStride { #expect(y.base[row * yStride + gap] == -7) }
    }
  }
}
