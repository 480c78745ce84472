import TestSupport
import Testing

import Tensors

/// Element i is i, and it is noted what was asked for.
private final class Counting: DeferredContent {
  let asked = Guarded<[Range<Int>]>([])

  func write(_ range: Range<Int>, to target: UnsafeMutableRawPointer) {
    asked.withValue { $0.append(range) }
    for (index, element) in (range.lowerBound / 4..<range.upperBound / 4).enumerated() {
      target.storeBytes(of: Float(element), toByteOffset: 4 * index, as: Float.self)
    }
  }
}

@Suite struct DeferredBytesTests {
  private static let count: Int = 20_001

  private func tensor(_ content: Counting) -> Tensor {
    Tensor(.float32, [Self.count], storage: Storage(byteCount: 4 * Self.count, deferring: content))
  }

  @Test("Nothing is computed before it is asked for, and everything once when the elements are read in place")
  func whole() {
    let content = Counting()
    let tensor: Tensor = tensor(content)
    #expect(tensor.isDeferred && tensor.isBetterCopied)
    #expect(content.asked.withValue { $0.isEmpty })
    for _ in 0..<2 { #expect(tensor.elements(Float.self) == (0..<Self.count).map { Float($0) }) }
    #expect(content.asked.withValue { $0 } == [0..<4 * Self.count])
    #expect(!tensor.isDeferred && tensor.address == tensor.base)
  }

  @Test("Elements that are required are there, and no block is computed twice")
  func parts() {
    let content = Counting()
    let tensor: Tensor = tensor(content)
    let ranges: [Range<Int>] = [40_000..<40_004, 0..<8, 40_000..<48_000, 4..<4, 80_000..<80_004]
    for _ in 0..<2 { tensor.require(ranges) }
    let elements = tensor.address.assumingMemoryBound(to: Float.self)
    for range in ranges {
      for index in range.lowerBound / 4..<range.upperBound / 4 { #expect(elements[index] == Float(index)) }
    }
    var seen = Set<Int>()
    for range in content.asked.withValue({ $0 }) {
      #expect(range.count < 4 * Self.count / 2)
      for byte in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
        #expect(seen.insert(byte).inserted)
      }
    }
    #expect(tensor.isDeferred)
    #expect(tensor.elements(Float.self).last == Float(Self.count - 1))
    #expect(!tensor.isDeferred)
  }

  @Test("Elements that are copied take up no memory of the tensor")
  func copies() {
    let content = Counting()
    let tensor: Tensor = tensor(content)
    var found = [Float](repeating: -1, count: 7)
    found.withUnsafeMutableBytes { tensor.read(4000..<4028, into: $0.baseAddress!) }
    #expect(found == (1000..<1007).map { Float($0) })
    #expect(tensor.isDeferred && content.asked.withValue { $0 } == [4000..<4028])
  }

  @Test("Threads that require the same elements at the same time all see them")
  func threads() async {
    let content = Counting()
    let tensor: Tensor = tensor(content)
    let areThere: Bool = await withTaskGroup(of: Bool.self) { group in
      for worker in 0..<8 {
        group.addTask {
          let first: Int = 1000 * worker
          tensor.require([4 * first..<4 * (first + 9000)])
          let elements = tensor.address.assumingMemoryBound(to: Float.self)
          return (first..<first + 9000).allSatisfy { elements[$0] == Float($0) }
        }
      }
      return await group.allSatisfy { $0 }
    }
    #expect(areThere)
    let bytes: Int = content.asked.withValue { $0.reduce(0) { $0 + $1.count } }
    #expect(bytes <= 4 * Self.count)
  }
}
