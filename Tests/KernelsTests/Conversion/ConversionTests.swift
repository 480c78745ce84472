import Foundation
import KernelInterface
import KernelSelection
import Testing

/// Conversions of every pair of element types, on every table.
@Suite struct ConversionTests {
  /// One number as bytes of `element`.
  static func bytes(_ value: Double, _ element: KernelElement) -> [UInt8] {
    func raw<T>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
    return switch element {
    case .float32: raw(Float(value))
    case .float64: raw(value)
    case .float16: raw(Float16(value))
    case .bfloat16: raw(UInt16(Float(value).bitPattern >> 16))
    case .int8: raw(Int8(value))
    case .uint8: raw(UInt8(value))
    case .int16: raw(Int16(value))
    case .uint16: raw(UInt16(value))
    case .int32: raw(Int32(value))
    case .uint32: raw(UInt32(value))
    case .int64: raw(Int64(value))
    case .uint64: raw(UInt64(value))
    case .bool: raw(UInt8(value == 0 ? 0 : 1))
    }
  }

  @Test func smallWholeNumbersSurviveEveryPairAtEveryLength() {
    for (name, table) in InstructionSet.tables {
      for from in KernelElement.allCases {
        for to in KernelElement.allCases {
          let kernel = table.conversion.kernel(from, to)
          for length in lengths {
            let values = (0..<length).map { Double(from == .bool ? $0 % 2 : $0 % 7 % 5) }
            let input = values.flatMap { Self.bytes($0, from) }
            let output = GuardedBuffer<UInt8>(length * to.size) { _ in 0 }
            kernel(output.base, input, length)
            #expect(output.values == values.flatMap { Self.bytes($0, to) }, "\(name) \(from) to \(to)")
            #expect(output.isIntact)
          }
        }
      }
    }
  }

  @Test func everyHalfWidensExactlyAndComesBack() {
    for (name, table) in InstructionSet.tables {
      let halves = (0...65535).map { UInt16($0) }
      var wide = [Float](repeating: 0, count: 65536)
      var back = [UInt16](repeating: 0, count: 65536)
      table.conversion.kernel(.float16, .float32)(&wide, halves, 65536)
      table.conversion.kernel(.float32, .float16)(&back, wide, 65536)
      for (index, half) in halves.enumerated() {
        let expected = Float(Float16(bitPattern: half))
        if expected.isNaN {
          #expect(wide[index].isNaN && Float16(bitPattern: back[index]).isNaN, "\(name) \(half)")
        } else if wide[index].bitPattern != expected.bitPattern || back[index] != half {
          Issue.record("\(name) \(half): \(wide[index]), \(back[index])")
          return
        }
      }
      table.conversion.kernel(.bfloat16, .float32)(&wide, halves, 65536)
      table.conversion.kernel(.float32, .bfloat16)(&back, wide, 65536)
      for (index, half) in halves.enumerated() where !wide[index].isNaN {
        if wide[index].bitPattern != UInt32(half) << 16 || back[index] != half {
          Issue.record("\(name) bfloat16 \(half)")
          return
        }
      }
    }
  }

  @Test func narrowingRoundsToNearestEvenOnce() {
    var values: [Float] = [
      65519.9, 65520, 1e10, -1e10, 5.9604645e-8, 2.9802322e-8, 2.98023259e-8, .infinity, 1e-10,
    ]
    var bits: UInt64 = 0
    while bits <= UInt64(UInt32.max) {
      values.append(Float(bitPattern: UInt32(bits)))
      bits += 262_139
    }
    for (name, table) in InstructionSet.tables {
      var halves = [UInt16](repeating: 0, count: values.count)
      table.conversion.kernel(.float32, .float16)(&halves, values, values.count)
      for (value, half) in zip(values, halves) where !value.isNaN {
        #expect(half == Float16(value).bitPattern, "\(name) \(value)")
      }
      let doubles: [Double] = [1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11, 1 + 3 * 0x1p-11 - 0x1p-45, -65520 + 1e-9]
      table.conversion.kernel(.float64, .float16)(&halves, doubles, 4)
      for (value, half) in zip(doubles, halves) {
        #expect(half == Float16(value).bitPattern, "\(name) \(value)")
      }
    }
  }

  @Test func floatsBecomeIntegersByTruncationAndSaturation() {
    let values: [Float] = [1.9, -1.9, 3e9, -3e9, .nan, 300, -0.5, .infinity]
    for (_, table) in InstructionSet.tables {
      var ints = [Int32](repeating: 0, count: 8)
      table.conversion.kernel(.float32, .int32)(&ints, values, 8)
      #expect(ints == [1, -1, .max, .min, 0, 300, 0, .max])
      var bytes = [UInt8](repeating: 0, count: 8)
      table.conversion.kernel(.float32, .uint8)(&bytes, values, 8)
      #expect(bytes == [1, 255, 255, 0, 0, 44, 0, 255])
      table.conversion.kernel(.float32, .bool)(&bytes, values, 8)
      #expect(bytes == [1, 1, 1, 1, 1, 1, 1, 1])
      var longs = [Int64](repeating: 0, count: 8)
      table.conversion.kernel(.float32, .int64)(&longs, values, 8)
      #expect(longs == [1, -1, 3_000_000_000, -3_000_000_000, 0, 300, 0, .max])
    }
  }
}
