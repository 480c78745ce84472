import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Functions of two operands on every table, in every form of broadcasting.
@Suite struct BinaryTests {
  static let floats: [(BinaryFunction, @Sendable (Double, Double) -> Double)] = [
    (.add, { $0 + $1 }), (.subtract, { $0 - $1 }), (.multiply, { $0 * $1 }), (.divide, { $0 / $1 }),
    (.min, { Swift.min($0, $1) }), (.max, { Swift.max($0, $1) }), (.power, { pow($0, $1) }),
    (.prelu, { $0 < 0 ? $0 * $1 : $0 }), (.remainder, { fmod($0, $1) }),
    (
      .modulo,
      {
        let rest = fmod($0, $1)
        return rest != 0 && (rest < 0) != ($1 < 0) ? rest + $1 : rest
      }
    ),
  ]

  /// Every combination of steps over a few rows, with canaries.
  @Test func everyFormOfBroadcastingMatchesTheFormula() throws {
    #expect(Self.floats.count == BinaryFunction.allCases.count)
    for (name, table) in InstructionSet.tables {
      for (function, reference) in Self.floats {
        let kernel = try #require(table.binary.kernel(function, .float32))
        let wide = try #require(table.binary.kernel(function, .float64))
        for columns in [0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 33, 70] {
          for (leftStep, rightStep) in [(1, 1), (1, 0), (0, 1), (0, 0), (2, 1), (1, 3)] {
            let rows = 3
            let left = randomFloats(rows * (columns * 2 + 3), seed: 1).map(abs)
            let right = randomFloats(rows * (columns * 3 + 3), seed: 2)
            let tile = BinaryTile(
              rows: rows, columns: columns, outRowStride: columns + 2, leftRowStride: columns * leftStep + 1,
              leftStep: leftStep, rightRowStride: rightStep == 0 ? 0 : columns * rightStep + 2,
              rightStep: rightStep)
            let out = GuardedBuffer<Float>(rows * (columns + 2)) { _ in 5 }
            let wideOut = GuardedBuffer<Double>(rows * (columns + 2)) { _ in 5 }
            kernel(out.base, left, right, tile)
            wide(wideOut.base, left.map(Double.init), right.map(Double.init), tile)
            #expect(out.isIntact && wideOut.isIntact)
            for r in 0..<rows {
              for c in 0..<columns {
                let a = Double(left[r * tile.leftRowStride + c * leftStep])
                let b = Double(right[r * tile.rightRowStride + c * rightStep])
                let value = Double(out.base[r * tile.outRowStride + c])
                let expected = reference(a, b)
                let near = abs(value - expected) <= 2e-7 * max(abs(expected), 1)
                #expect(near || (value.isNaN && expected.isNaN), "\(name) \(function) \(a) \(b): \(value)")
                let precise = wideOut.base[r * tile.outRowStride + c]
                #expect(precise == expected || (precise.isNaN && expected.isNaN), "\(name) \(function) f64")
              }
              #expect(columns == 0 || out.base[r * tile.outRowStride + columns] == 5)
            }
          }
        }
      }
    }
  }

  @Test func minimumAndMaximumKeepNaNFromEitherSide() throws {
    for (_, table) in InstructionSet.tables {
      for function in [BinaryFunction.min, .max] {
        let kernel = try #require(table.binary.kernel(function, .float32))
        var out: [Float] = [0, 0, 0, 0]
        kernel(&out, [Float.nan, 1, 3, -2], [Float(1), .nan, 2, 4], BinaryTile(count: 4))
        #expect(out[0].isNaN && out[1].isNaN)
        #expect(Array(out[2...]) == (function == .min ? [2, -2] : [3, 4]))
      }
    }
  }

  @Test func repeatedExponentsGiveWhatPowGives() throws {
    let bases: [Float] = [-2, -0.0, 0, 0.5, 3, .infinity, -.infinity, .nan]
    for (name, table) in InstructionSet.tables {
      let kernel = try #require(table.binary.kernel(.power, .float32))
      for exponent: Float in [2, 0.5, 1, -1, 3, 2.5, 0] {
        var out = [Float](repeating: 0, count: bases.count)
        kernel(&out, bases, [exponent], BinaryTile(count: bases.count, rightStep: 0))
        for (base, value) in zip(bases, out) {
          let expected = powf(base, exponent)
          #expect(
            value == expected && value.sign == expected.sign || (value.isNaN && expected.isNaN),
            "\(name) \(base) ^ \(exponent) gave \(value)")
        }
      }
    }
  }

  @Test func integersWrapAndDivideByZeroWithoutTrapping() throws {
    for (_, table) in InstructionSet.tables {
      func apply(_ function: BinaryFunction, _ a: [Int32], _ b: [Int32]) throws -> [Int32] {
        var out = [Int32](repeating: 0, count: a.count)
        let run = try #require(table.binary.kernel(function, .int32))
        run(&out, a, b, BinaryTile(count: a.count))
        return out
      }
      #expect(try apply(.add, [.max, 1], [1, 2]) == [.min, 3])
      #expect(try apply(.divide, [7, -7, .min, 5], [2, 2, -1, 0]) == [3, -3, .min, 0])
      #expect(try apply(.modulo, [-4, 7, 5, -5], [3, -3, 0, -1]) == [2, -2, 0, 0])
      #expect(try apply(.remainder, [-4, 7, 5], [3, -3, 0]) == [-1, 1, 0])
      #expect(try apply(.power, [3, 2, -1, 2], [4, 0, -3, -1]) == [81, 1, -1, 0])
      var bytes = [UInt8](repeating: 0, count: 40)
      let ones = [UInt8](repeating: 1, count: 40)
      let threes = [UInt8](repeating: 3, count: 40)
      let run = try #require(table.binary.kernel(.subtract, .uint8))
      run(
        &bytes, ones, threes, BinaryTile(count: 40))
      #expect(bytes.allSatisfy { $0 == 254 })
    }
  }

  @Test func comparisonsAndBitFunctionsAnswerPerElement() throws {
    for (_, table) in InstructionSet.tables {
      let a: [Float] = [1, 2, .nan, 4]
      let b: [Float] = [2, 2, 0, 3]
      func compare(_ comparison: Comparison) throws -> [UInt8] {
        var out = [UInt8](repeating: 9, count: 4)
        let run = try #require(table.binary.comparison(comparison, .float32))
        run(&out, a, b, BinaryTile(count: 4))
        return out
      }
      #expect(try compare(.equal) == [0, 1, 0, 0])
      #expect(try compare(.notEqual) == [1, 0, 1, 1])
      #expect(try compare(.less) == [1, 0, 0, 0])
      #expect(try compare(.lessOrEqual) == [1, 1, 0, 0])
      #expect(try compare(.greater) == [0, 0, 0, 1])
      #expect(try compare(.greaterOrEqual) == [0, 1, 0, 1])
      func bits(_ function: BitwiseFunction) throws -> [UInt8] {
        var out: [UInt8] = [0, 0, 0]
        let p: [UInt8] = [12, 3, 255]
        let q: [UInt8] = [10, 1, 9]
        let run = try #require(table.binary.bitwise(function, .uint8))
        run(
          &out, p, q, BinaryTile(count: 3))
        return out
      }
      #expect(try bits(.and) == [8, 1, 9])
      #expect(try bits(.or) == [14, 3, 255])
      #expect(try bits(.xor) == [6, 2, 246])
      #expect(try bits(.shiftLeft) == [0, 6, 0])
      #expect(try bits(.shiftRight) == [0, 1, 0])
    }
  }

  @Test func selectPicksByConditionForEverySize() throws {
    for (_, table) in InstructionSet.tables {
      let kernel = try #require(table.binary.select(4))
      let condition: [UInt8] = [1, 0, 1, 0, 1, 1, 0]
      let yes = randomFloats(7, seed: 3)
      let no: [Float] = [9]
      let out = GuardedBuffer<Float>(7) { _ in 0 }
      kernel(out.base, condition, 0, 1, yes, no, BinaryTile(count: 7, rightStep: 0))
      #expect(out.values == (0..<7).map { condition[$0] != 0 ? yes[$0] : 9 })
      #expect(out.isIntact)
      #expect(table.binary.select(3) == nil)
      for size in [1, 2, 4, 8, 16] { #expect(table.binary.select(size) != nil) }
    }
  }
}
