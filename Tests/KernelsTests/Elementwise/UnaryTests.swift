import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Functions of one operand on every table against double precision.
@Suite struct UnaryTests {
  typealias Reference = @Sendable (Double) -> Double

  static func sigmoid(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return (x < 0 ? e : 1) / (1 + e)
  }

  static func softplus(_ x: Double) -> Double { (x < 0 ? 0 : x) + log1p(exp(-abs(x))) }

  static let precise: [(UnaryFunction, Reference)] = [
    (.exp, { exp($0) }), (.log, { log($0) }), (.tanh, { tanh($0) }), (.erf, { erf($0) }),
    (.sigmoid, { sigmoid($0) }),
    (.gelu, { $0 == -.infinity ? 0 : 0.5 * $0 * erfc(-$0 / 2.squareRoot()) }),
    (.geluTanh, { $0 < -40 ? 0 : $0 * sigmoid($0 * (1.5957691216057308 + 0.0713548162726009 * $0 * $0)) }),
  ]

  @Test func preciseFunctionsAreWithinTwoStepsOverTheWholeRange() throws {
    for (name, table) in InstructionSet.tables {
      for (function, reference) in Self.precise {
        let kernel = try #require(table.unary.kernel(function, .float32))
        var inputs: [Float] = [
          0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
          .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 88.72284, -87.33,
          -103.97,
        ]
        var bits: UInt64 = 0
        while bits <= UInt64(UInt32.max) {
          inputs.append(Float(bitPattern: UInt32(bits)))
          bits += 65_521
        }
        for step in -20_000...20_000 { inputs.append(Float(step) / 1234) }
        var outputs = [Float](repeating: 0, count: inputs.count)
        kernel(&outputs, inputs, inputs.count, 0, 0)
        var worst = 0.0
        var place: Float = 0
        for (x, y) in zip(inputs, outputs) {
          let steps = stepsApart(y, reference(Double(x)))
          if steps > worst { (worst, place) = (steps, x) }
        }
        #expect(worst <= 2, "\(name) \(function) is \(worst) steps off at \(place)")
      }
    }
  }

  static let plain: [(UnaryFunction, Double, Double, Reference)] = [
    (.swish, 1.5, 0, { $0 * sigmoid(1.5 * $0) }), (.softplus, 0, 0, { softplus($0) }),
    (.softsign, 0, 0, { $0 / (1 + abs($0)) }), (.elu, 1.25, 0, { $0 < 0 ? 1.25 * expm1($0) : $0 }),
    (.selu, 1.5, 1.25, { $0 <= 0 ? 1.25 * 1.5 * expm1($0) : 1.25 * $0 }),
    (.celu, 2, 0, { max(0, $0) + min(0, 2 * expm1($0 / 2)) }),
    (.leakyRelu, 0.125, 0, { $0 < 0 ? 0.125 * $0 : $0 }), (.thresholdedRelu, 0.75, 0, { $0 > 0.75 ? $0 : 0 }),
    (.hardSigmoid, 0.25, 0.5, { max(0, min(1, 0.25 * $0 + 0.5)) }),
    (.hardSwish, 0, 0, { $0 * max(0, min(1, $0 / 6 + 0.5)) }), (.mish, 0, 0, { $0 * tanh(softplus($0)) }),
    (.relu, 0, 0, { max($0, 0) }), (.clip, -1.5, 2.25, { min(max($0, -1.5), 2.25) }),
    (.shrink, 1, 0.5, { $0 < -1 ? $0 + 0.5 : $0 > 1 ? $0 - 0.5 : 0 }), (.affine, 2, 0.5, { 2 * $0 + 0.5 }),
    (.abs, 0, 0, { abs($0) }), (.negate, 0, 0, { -$0 }), (.sign, 0, 0, { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }),
    (.square, 0, 0, { $0 * $0 }), (.reciprocal, 0, 0, { 1 / $0 }), (.floor, 0, 0, { floor($0) }),
    (.ceil, 0, 0, { ceil($0) }), (.round, 0, 0, { rint($0) }), (.sqrt, 0, 0, { sqrt($0) }),
    (.reciprocalSqrt, 0, 0, { 1 / sqrt($0) }), (.sin, 0, 0, { sin($0) }), (.cos, 0, 0, { cos($0) }),
    (.tan, 0, 0, { tan($0) }), (.asin, 0, 0, { asin($0) }), (.acos, 0, 0, { acos($0) }),
    (.atan, 0, 0, { atan($0) }), (.sinh, 0, 0, { sinh($0) }), (.cosh, 0, 0, { cosh($0) }),
    (.asinh, 0, 0, { asinh($0) }), (.acosh, 0, 0, { acosh($0) }), (.atanh, 0, 0, { atanh($0) }),
  ]

  @Test func everyFunctionMatchesItsFormulaAtEveryLengthAndStaysInItsBuffer() throws {
    let covered = Set(Self.plain.map(\.0) + Self.precise.map(\.0))
    #expect(covered.count == UnaryFunction.allCases.count)
    let functions = Self.plain + Self.precise.map { ($0.0, 0.0, 0.0, $0.1) }
    for (name, table) in InstructionSet.tables {
      for (function, alpha, beta, reference) in functions {
        let kernel = try #require(table.unary.kernel(function, .float32))
        let wide = try #require(table.unary.kernel(function, .float64))
        for length in lengths {
          let values = randomFloats(length, seed: UInt64(length + 1), range: 6)
          let input = GuardedBuffer<Float>(length) { values[$0] }
          let output = GuardedBuffer<Float>(length) { _ in 0 }
          kernel(output.base, input.base, length, alpha, beta)
          let expected = values.map { reference(Double($0)) }
          expectNear(output.values, expected, steps: 12, scale: 0.05, "\(name) \(function) \(length)")
          kernel(input.base, input.base, length, alpha, beta)
          #expect(zip(input.values, output.values).allSatisfy { $0.bitPattern == $1.bitPattern })
          #expect(output.isIntact && input.isIntact)
          let doubles = GuardedBuffer<Double>(length) { Double(values[$0]) }
          wide(doubles.base, doubles.base, length, alpha, beta)
          for (value, target) in zip(doubles.values, expected) where !(value.isNaN && target.isNaN) {
            #expect(abs(value - target) <= 1e-12 * max(1, abs(target)), "\(name) \(function) f64")
          }
          #expect(doubles.isIntact)
        }
      }
    }
  }

  @Test func notANumberPassesThroughEveryFunctionThatIsContinuous() throws {
    for (name, table) in InstructionSet.tables {
      for function in UnaryFunction.allCases where function != .shrink {
        for element in [KernelElement.float32, .float64] {
          let kernel = try #require(table.unary.kernel(function, element))
          var narrow: [Float] = [.nan, .nan, .nan]
          var wide: [Double] = [.nan, .nan, .nan]
          if element == .float32 {
            narrow.withUnsafeMutableBytes { kernel($0.baseAddress!, $0.baseAddress!, 3, 0.5, 0.75) }
          } else {
            wide.withUnsafeMutableBytes { kernel($0.baseAddress!, $0.baseAddress!, 3, 0.5, 0.75) }
          }
          #expect(narrow[1].isNaN && wide[1].isNaN, "\(name) \(function) \(element)")
        }
      }
    }
  }

  @Test func predicatesFindNaNInfinitiesAndZeros() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, 1]
    for (_, table) in InstructionSet.tables {
      func ask(_ predicate: UnaryPredicate, _ alpha: Double, _ beta: Double) throws -> [UInt8] {
        var flags = [UInt8](repeating: 7, count: values.count)
        let run = try #require(table.unary.predicate(predicate, .float32))
        run(&flags, values, values.count, alpha, beta)
        return flags
      }
      #expect(try ask(.isNaN, 0, 0) == [1, 0, 0, 0, 0, 0])
      #expect(try ask(.isInfinite, 1, 1) == [0, 1, 1, 0, 0, 0])
      #expect(try ask(.isInfinite, 1, 0) == [0, 0, 1, 0, 0, 0])
      #expect(try ask(.isInfinite, 0, 1) == [0, 1, 0, 0, 0, 0])
      #expect(try ask(.isZero, 0, 0) == [0, 0, 0, 1, 1, 0])
    }
  }

  @Test func integersHaveTheirFunctionsAndWrap() throws {
    for (_, table) in InstructionSet.tables {
      let values: [Int32] = [-5, 0, 7, .min]
      func apply(_ function: UnaryFunction) throws -> [Int32] {
        var out = [Int32](repeating: 0, count: 4)
        let run = try #require(table.unary.kernel(function, .int32))
        run(&out, values, 4, 0, 0)
        return out
      }
      #expect(try apply(.abs) == [5, 0, 7, .min])
      #expect(try apply(.negate) == [5, 0, -7, .min])
      #expect(try apply(.sign) == [-1, 0, 1, -1])
      #expect(try apply(.relu) == [0, 0, 7, 0])
      #expect(table.unary.kernel(.exp, .int32) == nil)
      #expect(table.unary.kernel(.negate, .uint8) == nil)
    }
  }
}
