import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Reductions along contiguous and strided axes, on every table.
@Suite struct ReductionTests {
  static let shapes: [AxisShape] = {
    var shapes: [AxisShape] = []
    for length in lengths {
      shapes.append(AxisShape(outer: 2, length: length, inner: 1))
      shapes.append(AxisShape(outer: 1, length: length, inner: 1, outerStride: 0, lengthStride: 3))
    }
    for inner in [2, 3, 8, 15, 16, 17, 33, 70] {
      for length in [0, 1, 2, 9] {
        shapes.append(AxisShape(outer: 2, length: length, inner: inner))
        shapes.append(
          AxisShape(
            outer: 2, length: length, inner: inner, outerStride: length * (inner + 2) + 1,
            lengthStride: inner + 2))
      }
    }
    return shapes
  }()

  static func reference(_ function: ReductionFunction, _ x: [Double]) -> Double {
    let sum = x.reduce(0, +)
    return switch function {
    case .sum: sum
    case .mean: sum / Double(x.count)
    case .product: x.reduce(1, *)
    case .sumSquare: x.reduce(0) { $0 + $1 * $1 }
    case .l1: x.reduce(0) { $0 + abs($1) }
    case .l2: sqrt(x.reduce(0) { $0 + $1 * $1 })
    case .logSum: log(sum)
    case .logSumExp: log(x.reduce(0) { $0 + exp($1) })
    case .max: x.reduce(-.infinity) { Swift.max($0, $1) }
    case .min: x.reduce(.infinity) { Swift.min($0, $1) }
    }
  }

  @Test func everyReductionMatchesItsFormulaOverEveryShape() throws {
    for (name, table) in InstructionSet.tables {
      for function in ReductionFunction.allCases {
        let kernel = try #require(table.reduction.kernel(function, .float32))
        let wide = try #require(table.reduction.kernel(function, .float64))
        for shape in Self.shapes {
          let extent = shape.outer * shape.outerStride + shape.length * shape.lengthStride + shape.inner
          let values = randomFloats(extent, seed: UInt64(extent + 1), range: 1.5)
          let outStride = shape.inner + 1
          let out = GuardedBuffer<Float>(shape.outer * outStride) { _ in 7 }
          let wideOut = GuardedBuffer<Double>(shape.outer * outStride) { _ in 7 }
          kernel(out.base, outStride, values, shape)
          wide(wideOut.base, outStride, values.map(Double.init), shape)
          #expect(out.isIntact && wideOut.isIntact)
          for o in 0..<shape.outer {
            for i in 0..<shape.inner {
              let line = (0..<shape.length).map {
                Double(values[o * shape.outerStride + $0 * shape.lengthStride + i])
              }
              let expected = Self.reference(function, line)
              let size = function == .product ? abs(expected) : line.reduce(1) { $0 + abs($1) }
              let scale = function == .logSum ? size / max(abs(line.reduce(0, +)), 1e-30) : size
              expectNear(
                [out.base[o * outStride + i]], [expected], steps: 8, scale: min(scale, 1e4),
                "\(name) \(function) \(shape)")
              let precise = wideOut.base[o * outStride + i]
              #expect(
                precise == expected || precise.isNaN && expected.isNaN
                  || abs(precise - expected) <= 1e-13 * max(scale, abs(expected)),
                "\(name) \(function) \(shape) f64: \(precise), \(expected)")
            }
            #expect(out.base[o * outStride + shape.inner] == 7)
          }
        }
      }
    }
  }

  @Test func longSumsKeepTheirPrecision() throws {
    let values = [Float](repeating: 0.1, count: 1 << 20)
    for (_, table) in InstructionSet.tables {
      let sum = try #require(table.reduction.kernel(.sum, .float32))
      var row: Float = 0
      sum(&row, 1, values, AxisShape(outer: 1, length: 1 << 20, inner: 1))
      #expect(stepsApart(row, Double(Float(0.1)) * 0x1p20) <= 2)
      var columns = [Float](repeating: 0, count: 2)
      sum(&columns, 2, values, AxisShape(outer: 1, length: 1 << 19, inner: 2))
      #expect(stepsApart(columns[1], Double(Float(0.1)) * 0x1p19) <= 2)
    }
  }

  @Test func extremesKeepNaNAndInfinitiesStayThemselves() throws {
    for (_, table) in InstructionSet.tables {
      for place in [0, 5, 17, 40] {
        var values = randomFloats(41, seed: 4)
        values[place] = .nan
        var out: Float = 0
        let kernel1 = try #require(table.reduction.kernel(.max, .float32))
        kernel1(&out, 1, values, AxisShape(outer: 1, length: 41, inner: 1))
        #expect(out.isNaN)
        values[place] = .infinity
        let kernel2 = try #require(table.reduction.kernel(.logSumExp, .float32))
        kernel2(&out, 1, values, AxisShape(outer: 1, length: 41, inner: 1))
        #expect(out == .infinity)
      }
    }
  }

  @Test func argumentsAreTheFirstOrLastExtreme() throws {
    for (name, table) in InstructionSet.tables {
      for (isMax, kernels) in [(true, table.reduction.argMax), (false, table.reduction.argMin)] {
        let kernel = try #require(kernels(.float32))
        let whole = try #require(kernels(.int32))
        for shape in Self.shapes where shape.length > 0 {
          let extent = shape.outer * shape.outerStride + shape.length * shape.lengthStride + shape.inner
          let values = randomFloats(extent, seed: UInt64(extent)).map { ($0 * 2).rounded() }
          for last in [false, true] {
            let out = GuardedBuffer<Int64>(shape.outer * shape.inner) { _ in -1 }
            let wholeOut = GuardedBuffer<Int64>(shape.outer * shape.inner) { _ in -1 }
            kernel(out.base, shape.inner, values, shape, last)
            whole(wholeOut.base, shape.inner, values.map { Int32($0) }, shape, last)
            for o in 0..<shape.outer {
              for i in 0..<shape.inner {
                let line = (0..<shape.length).map {
                  values[o * shape.outerStride + $0 * shape.lengthStride + i]
                }
                let extreme = isMax ? line.max() : line.min()
                let place = extreme.flatMap { last ? line.lastIndex(of: $0) : line.firstIndex(of: $0) }
                #expect(out.base[o * shape.inner + i] == Int64(place ?? -2), "\(name) \(shape) \(last)")
              }
            }
            #expect(wholeOut.values == out.values && out.isIntact)
          }
        }
      }
    }
  }

  @Test func cumulativeSumsRunBothWaysAndInPlace() throws {
    for (_, table) in InstructionSet.tables {
      let kernel = try #require(table.reduction.cumulativeSum(.int64))
      func run(_ exclusive: Bool, _ reverse: Bool) -> [Int64] {
        var values: [Int64] = [1, 10, 2, 20, 3, 30]
        values.withUnsafeMutableBytes {
          kernel(
            $0.baseAddress!, $0.baseAddress!, AxisShape(outer: 1, length: 3, inner: 2), exclusive, reverse)
        }
        return values
      }
      #expect(run(false, false) == [1, 10, 3, 30, 6, 60])
      #expect(run(true, false) == [0, 0, 1, 10, 3, 30])
      #expect(run(false, true) == [6, 60, 5, 50, 3, 30])
      #expect(run(true, true) == [5, 50, 3, 30, 0, 0])
    }
  }

  @Test func integersReduceWithWrappingAndTruncation() throws {
    for (_, table) in InstructionSet.tables {
      func reduce(_ function: ReductionFunction, _ values: [Int32]) throws -> Int32 {
        var out: Int32 = -99
        let kernel = try #require(table.reduction.kernel(function, .int32))
        kernel(&out, 1, values, AxisShape(outer: 1, length: values.count, inner: 1))
        return out
      }
      #expect(try reduce(.sum, [.max, 1]) == .min)
      #expect(try reduce(.mean, [1, 2, -6]) == -1)
      #expect(try reduce(.l1, [-3, 4]) == 7)
      #expect(try reduce(.l2, [-3, 4]) == 5)
      #expect(try reduce(.product, [2, -3, 4]) == -24)
      #expect(try reduce(.max, []) == .min)
      #expect(try reduce(.mean, []) == 0)
    }
  }
}
