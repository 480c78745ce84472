internal import Graphs
internal import Tensors

/// Elements of 4 and 2 bits, one to a byte and back. The first element lies in the lowest bits of a byte.
enum PackedElements {
  /// `out[i]` = the bits of element i of `input`, without sign extension.
  static func unpack(
    _ out: UnsafeMutablePointer<UInt8>, _ input: UnsafePointer<UInt8>, count: Int, bitWidth: Int
  ) {
    let perByte: Int = 8 / bitWidth
    let mask: UInt8 = (1 << UInt8(bitWidth)) - 1
    for index in 0..<count {
      let shift = UInt8(truncatingIfNeeded: (index % perByte) &* bitWidth)
      out[index] = (input[index / perByte] >> shift) & mask
    }
  }

  /// The reverse of `unpack`; bits after the last element are 0.
  static func pack(
    _ out: UnsafeMutablePointer<UInt8>, _ input: UnsafePointer<UInt8>, count: Int, bitWidth: Int
  ) {
    let perByte: Int = 8 / bitWidth
    let mask: UInt8 = (1 << UInt8(bitWidth)) - 1
    for byte in 0..<(count &+ perByte &- 1) / perByte {
      var bits: UInt8 = 0
      for part in 0..<min(perByte, count &- byte &* perByte) {
        bits |= (input[byte &* perByte &+ part] & mask) << UInt8(truncatingIfNeeded: part &* bitWidth)
      }
      out[byte] = bits
    }
  }
}

extension PrepareContext {
  /// Prepares an operator that moves elements without looking at them. Where an input or output has a
  /// packed type, `prepare` sees bytes instead (uint8, one for each element), and the step unpacks before
  /// and packs after.
  mutating func moving(_ prepare: (inout PrepareContext) throws(PlanError) -> Step) throws(PlanError) -> Step
  {
    let operands: [Operand?] = inputs + outputs
    guard operands.contains(where: { $0?.elementType.isPacked == true }) else { return try prepare(&self) }
    struct Change {
      let packed: Int
      let bytes: Int
      let count: Int
      let bitWidth: Int
    }
    var unpacking: [Change] = []
    var packing: [Change] = []
    var inner: [Operand?] = []
    for (index, operand) in operands.enumerated() {
      guard let operand, operand.elementType.isPacked else {
        inner.append(operand)
        continue
      }
      let count: Int = operand.shape.count
      let slot: Int = temporary(max(count, 1))
      let change = Change(
        packed: operand.slot, bytes: slot, count: count, bitWidth: operand.elementType.bitWidth)
      if index < inputs.count { unpacking.append(change) } else { packing.append(change) }
      inner.append(Operand(elementType: .uint8, shape: operand.shape, slot: slot))
    }
    var context: PrepareContext = nested(
      inputs: Array(inner[..<inputs.count]), outputs: Array(inner[inputs.count...]))
    let step: Step = try prepare(&context)
    adopt(context)
    let before: [Change] = unpacking
    let after: [Change] = packing
    return Step { run throws(ExecutionError) in
      for change in before {
        PackedElements.unpack(
          run.output(change.bytes), run.input(change.packed), count: change.count,
          bitWidth: change.bitWidth)
      }
      try step.run(run)
      for change in after {
        PackedElements.pack(
          run.output(change.packed), run.input(change.bytes), count: change.count,
          bitWidth: change.bitWidth)
      }
    }
  }
}
