import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Softmax and its logarithm on every table against double precision.
@Suite struct SoftmaxTests {
  @Test func everyShapeMatchesTheFormulaInBothTypesAndInPlace() throws {
    for (name, table) in InstructionSet.tables {
      for shape in ReductionTests.shapes where shape.length > 0 {
        let extent = shape.outer * shape.outerStride + shape.length * shape.lengthStride + shape.inner
        let values = randomFloats(extent, seed: UInt64(extent), range: 20)
        for isLog in [false, true] {
          let kernels = isLog ? table.softmax.logSoftmax : table.softmax.softmax
          let out = GuardedBuffer<Float>(extent) { values[$0] }
          let wide = GuardedBuffer<Double>(extent) { Double(values[$0]) }
          let kernel1 = try #require(kernels(.float32))
          kernel1(out.base, out.base, shape)
          let kernel2 = try #require(kernels(.float64))
          kernel2(wide.base, wide.base, shape)
          #expect(out.isIntact && wide.isIntact)
          var touched = Set<Int>()
          for o in 0..<shape.outer {
            for i in 0..<shape.inner {
              let places = (0..<shape.length).map { o * shape.outerStride + $0 * shape.lengthStride + i }
              touched.formUnion(places)
              let line = places.map { Double(values[$0]) }
              let top = line.max() ?? 0
              let total = line.reduce(0) { $0 + exp($1 - top) }
              let expected = line.map { isLog ? $0 - top - log(total) : exp($0 - top) / total }
              expectNear(
                places.map { out.base[$0] }, expected, steps: 64, scale: isLog ? 4 : 0, "\(name) \(shape)")
              for (place, target) in zip(places, expected) {
                #expect(abs(wide.base[place] - target) <= 1e-13 * max(1, abs(target)))
              }
            }
          }
          for at in 0..<extent where !touched.contains(at) { #expect(out.base[at] == values[at]) }
        }
      }
    }
  }

  @Test func infinitiesBehaveAsInTheReference() throws {
    for (_, table) in InstructionSet.tables {
      let kernel = try #require(table.softmax.softmax(.float32))
      func run(_ values: [Float]) -> [Float] {
        var out = values
        kernel(&out, values, AxisShape(outer: 1, length: values.count, inner: 1))
        return out
      }
      #expect(run([-.infinity, 0, 0]) == [0, 0.5, 0.5])
      #expect(!run([-.infinity, -.infinity]).contains { !$0.isNaN })
      #expect(!run([1, .nan, 2]).contains { !$0.isNaN })
      #expect(run([1e30, -1e30]) == [1, 0])
    }
  }

  @Test func blocksOfARowGiveTheSoftmaxOfTheWhole() throws {
    for (name, table) in InstructionSet.tables {
      let kernel = try #require(table.softmax.block(.float32))
      for sizes in [[1], [16, 16], [5, 37, 1], [300, 17, 513]] {
        let values = randomFloats(sizes.reduce(0, +), seed: UInt64(sizes.count), range: 20)
        let out = GuardedBuffer<Float>(values.count) { values[$0] }
        var state = SoftmaxState()
        var weights = [Double](repeating: 1, count: values.count)
        var start = 0
        for size in sizes {
          let factor = kernel(out.base + start, size, &state)
          for i in 0..<start { weights[i] *= factor }
          start += size
        }
        let top = values.map { Double($0) }.max() ?? 0
        let total = values.reduce(0) { $0 + exp(Double($1) - top) }
        let found = values.indices.map { Float(Double(out.base[$0]) * weights[$0] / state.sum) }
        expectNear(
          found, values.map { exp(Double($0) - top) / total }, steps: 64, scale: 0, "\(name) \(sizes)")
        #expect(out.isIntact && state.best == top)
      }
    }
  }

  @Test func blocksOfMinusInfinityCountNothing() throws {
    for (_, table) in InstructionSet.tables {
      for element in [KernelElement.float32, .float64] {
        let kernel = try #require(table.softmax.block(element))
        var state = SoftmaxState()
        if element == .float32 {
          var closed: [Float] = [-.infinity, -.infinity]
          #expect(kernel(&closed, 2, &state) == 1 && closed == [0, 0] && state.sum == 0)
          var open: [Float] = [3, -.infinity]
          #expect(kernel(&open, 2, &state) == 0 && open == [1, 0] && state.sum == 1)
        } else {
          var closed: [Double] = [-.infinity, -.infinity]
          #expect(kernel(&closed, 2, &state) == 1 && closed == [0, 0] && state.sum == 0)
          var open: [Double] = [3, -.infinity]
          #expect(kernel(&open, 2, &state) == 0 && open == [1, 0] && state.sum == 1)
        }
      }
    }
  }
}
