internal import Graphs
internal import Tensors

extension PrepareContext {
  /// Prepares a step whose float16 and bfloat16 operands are float32 to `body`: inputs are widened before
  /// the step, outputs are rounded after it, once for each element. Other operands are passed as they are.
  /// Constants are widened once for all plans.
  mutating func widened(_ body: (inout PrepareContext) throws(PlanError) -> Step) throws(PlanError) -> Step {
    let operands: [Operand?] = inputs + outputs
    guard operands.contains(where: { $0?.elementType.isHalfFloat == true }) else { return try body(&self) }
    var loads: [HalfConversion] = []
    var stores: [HalfConversion] = []
    var constants: [FixedSlot] = []
    var wideInputs: [Operand?] = []
    for input in inputs {
      guard let input, input.elementType.isHalfFloat else {
        wideInputs.append(input)
        continue
      }
      if let constant = input.constant {
        let wide: Tensor = widenedConstant(constant)
        let slot: Int = temporary(0)
        constants.append(FixedSlot(slot: slot, address: UInt(bitPattern: wide.base)))
        wideInputs.append(Operand(elementType: .float32, shape: input.shape, slot: slot, constant: wide))
        continue
      }
      let slot: Int = temporary(input.shape.count * 4)
      loads.append(
        HalfConversion(half: input.slot, wide: slot, count: input.shape.count, type: input.elementType))
      wideInputs.append(Operand(elementType: .float32, shape: input.shape, slot: slot))
    }
    var wideOutputs: [Operand?] = []
    for output in outputs {
      guard let output, output.elementType.isHalfFloat else {
        wideOutputs.append(output)
        continue
      }
      let slot: Int = temporary(output.shape.count * 4)
      stores.append(
        HalfConversion(half: output.slot, wide: slot, count: output.shape.count, type: output.elementType))
      wideOutputs.append(Operand(elementType: .float32, shape: output.shape, slot: slot))
    }
    var nested: PrepareContext = self.nested(inputs: wideInputs, outputs: wideOutputs)
    let step: Step = try body(&nested)
    adopt(nested)
    let (before, after, fixed) = (loads, stores, constants)
    return Step { (run) throws(ExecutionError) in
      for load in before { load.widen(run) }
      if let failure = Self.run(step, with: fixed, run) { throw failure }
      for store in after { store.narrow(run) }
    }
  }

  /// Runs `step` with `slots` pointed at their constants.
  private static func run(_ step: Step, with slots: [FixedSlot], _ run: RunContext) -> ExecutionError? {
    withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: slots.count) { saved in
      for (index, fixed) in slots.enumerated() {
        saved[index] = run.slots[fixed.slot]
        if let address = UnsafeMutableRawPointer(bitPattern: fixed.address) {
          run.slots[fixed.slot] = address
        }
      }
      defer {
        for (index, fixed) in slots.enumerated() { run.slots[fixed.slot] = saved[index] }
      }
      do throws(ExecutionError) { try step.run(run) } catch { return error }
      return nil
    }
  }

  private func widenedConstant(_ tensor: Tensor) -> Tensor {
    let count: Int = tensor.count
    let type: ElementType = tensor.elementType
    let address: UnsafeRawPointer = weights.packed(
      tensor, layout: "widened \(type.name) to float32", byteCount: count * 4
    ) { _, target in
      HalfConversion.widen(
        tensor.base, to: target.assumingMemoryBound(to: Float.self), range: 0..<count, type: type)
    }
    let storage = Storage(borrowing: address, byteCount: count * 4, owner: tensor.storage)
    return Tensor(.float32, tensor.shape, storage: storage)
  }
}

/// A slot without memory of its own that a step points at a widened constant.
private struct FixedSlot: Sendable {
  let slot: Int
  let address: UInt
}

/// Conversions between a slot of 16-bit floats and one of float32.
private struct HalfConversion: Sendable {
  let half: Int
  let wide: Int
  let count: Int
  let type: ElementType

  private static let grain: Int = 1 << 15

  func widen(_ run: RunContext) {
    let source = UnsafeRawPointer(run.slots[half])
    let target = run.output(wide, as: Float.self)
    run.forRanges(of: count, grain: Self.grain) { range, _ in
      Self.widen(source, to: target, range: range, type: type)
    }
  }

  func narrow(_ run: RunContext) {
    let source = run.input(wide, as: Float.self)
    let target = run.output(half, as: UInt16.self)
    run.forRanges(of: count, grain: Self.grain) { range, _ in
      if type == .float16 {
        for index in range { target[index] = Half(source[index]).bits }
      } else {
        for index in range { target[index] = BFloat16(source[index]).bits }
      }
    }
  }

  static func widen(
    _ source: UnsafeRawPointer, to target: UnsafeMutablePointer<Float>, range: Range<Int>, type: ElementType
  ) {
    let bits = source.assumingMemoryBound(to: UInt16.self)
    if type == .float16 {
      for index in range { target[index] = Half(bits: bits[index]).float }
    } else {
      for index in range { target[index] = BFloat16(bits: bits[index]).float }
    }
  }
}
