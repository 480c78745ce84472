internal import Graphs
internal import Tensors

/// Reads and writes real numbers of any floating type in a slot, for the few numbers that parametrize an operator.
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
    default: 0
    }
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
