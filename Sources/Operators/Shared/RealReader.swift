internal import Graphs
internal import Tensors

/// Reads real numbers of any type in a slot, and writes floating ones, for the few numbers that parametrize
/// an operator.
struct RealReader: Sendable {
  let slot: Int
  let type: ElementType

  init(_ operand: PrepareContext.Operand) {
    slot = operand.slot
    type = operand.elementType
  }

  func read(_ run: RunContext, _ index: Int) -> Double {
    Self.read(UnsafeRawPointer(run.slots[slot]), type, index)
  }

  /// Writes a number; the slot holds float32 or float64.
  func write(_ run: RunContext, _ index: Int, _ value: Double) {
    if type == .float64 {
      run.output(slot, as: Double.self)[index] = value
    } else {
      run.output(slot, as: Float.self)[index] = Float(value)
    }
  }

  static func read(_ base: UnsafeRawPointer, _ type: ElementType, _ index: Int) -> Double {
    switch type {
    case .float32: Double(base.assumingMemoryBound(to: Float.self)[index])
    case .float64: base.assumingMemoryBound(to: Double.self)[index]
    case .float16: Double(base.assumingMemoryBound(to: Half.self)[index].float)
    case .bfloat16: Double(base.assumingMemoryBound(to: BFloat16.self)[index].float)
    case .int8: Double(base.assumingMemoryBound(to: Int8.self)[index])
    case .uint8, .bool: Double(base.assumingMemoryBound(to: UInt8.self)[index])
    case .int16: Double(base.assumingMemoryBound(to: Int16.self)[index])
    case .uint16: Double(base.assumingMemoryBound(to: UInt16.self)[index])
    case .int32: Double(base.assumingMemoryBound(to: Int32.self)[index])
    case .uint32: Double(base.assumingMemoryBound(to: UInt32.self)[index])
    case .int64: Double(base.assumingMemoryBound(to: Int64.self)[index])
    case .uint64: Double(base.assumingMemoryBound(to: UInt64.self)[index])
    default: 0
    }
  }
}

extension RealReader {
  /// Writes a number of any type at an address; integers truncate toward zero and saturate.
  static func store(_ base: UnsafeMutableRawPointer, _ type: ElementType, _ index: Int, _ value: Double) {
    switch type {
    case .float32: base.assumingMemoryBound(to: Float.self)[index] = Float(value)
    case .float64: base.assumingMemoryBound(to: Double.self)[index] = value
    case .float16: base.assumingMemoryBound(to: Half.self)[index] = Half(value)
    case .bfloat16: base.assumingMemoryBound(to: BFloat16.self)[index] = BFloat16(Float(value))
    case .int8: base.assumingMemoryBound(to: Int8.self)[index] = saturated(value)
    case .uint8: base.assumingMemoryBound(to: UInt8.self)[index] = saturated(value)
    case .int16: base.assumingMemoryBound(to: Int16.self)[index] = saturated(value)
    case .uint16: base.assumingMemoryBound(to: UInt16.self)[index] = saturated(value)
    case .int32: base.assumingMemoryBound(to: Int32.self)[index] = saturated(value)
    case .uint32: base.assumingMemoryBound(to: UInt32.self)[index] = saturated(value)
    case .int64: base.assumingMemoryBound(to: Int64.self)[index] = saturated(value)
    case .uint64: base.assumingMemoryBound(to: UInt64.self)[index] = saturated(value)
    default: break
    }
  }

  private static func saturated<Element: FixedWidthInteger>(_ value: Double) -> Element {
    if value.isNaN { return 0 }
    return Element(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max)
  }
}

/// Numbers that a step keeps, at a fixed address.
final class StepBuffer<Element: BitwiseCopyable & Sendable>: Sendable {
  private let storage: Storage

  init(count: Int, _ fill: (UnsafeMutablePointer<Element>) -> Void) {
    storage = Storage(byteCount: count * MemoryLayout<Element>.stride)
    fill(storage.base.assumingMemoryBound(to: Element.self))
  }

  var address: UnsafePointer<Element> { UnsafePointer(storage.base.assumingMemoryBound(to: Element.self)) }
}
