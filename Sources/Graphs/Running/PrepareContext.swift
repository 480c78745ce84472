package import KernelInterface
package import Tensors

/// What an operator sees as it is made ready for known shapes.
package struct PrepareContext {
  /// An input or output tensor of the node: its type, and the slot whose bytes the step uses. The bytes
  /// are aligned for the element type.
  package struct Operand: Sendable {
    package let elementType: ElementType
    package let shape: Shape
    /// The value, where it is known when planning. Its slot holds it too.
    package let constant: Tensor?
    /// Elements from the beginning of a row (the elements along the last axis) to that of the next; 0 where rows
    /// are adjacent. Only a `StridedOperator` sees another number.
    package let rowStride: Int
    private let slotNumber: Int
    private let usage: SlotUsage?

    package init(
      elementType: ElementType, shape: Shape, slot: Int, constant: Tensor? = nil, rowStride: Int = 0,
      usage: SlotUsage? = nil
    ) {
      self.rowStride = rowStride
      self.elementType = elementType
      self.shape = shape
      self.constant = constant
      slotNumber = slot
      self.usage = usage
    }

    /// The elements from one index of each axis to the next.
    package var strides: [Int] {
      guard rowStride != 0, let last = shape.extents.last, last > 0 else { return shape.strides }
      return shape.strides.dropLast().map { $0 / last * rowStride } + [1]
    }

    /// The slot whose bytes the step uses. A step that only uses what it packed from `constant` should not
    /// ask for it: then the constant's own bytes need not be in memory.
    package var slot: Int {
      usage?.markUsed(slotNumber)
      return slotNumber
    }
  }

  /// nil for one left out.
  package let inputs: [Operand?]
  package let outputs: [Operand?]
  package let kernels: KernelTable
  package let weights: WeightCache
  /// Plans the graphs that an operator holds.
  package let subgraphs: any SubgraphPlanner
  /// Bytes of scratch memory that the step needs for each worker.
  package private(set) var scratchBytes: Int = 0
  /// Bytes of the temporaries, in the order of their slots.
  package private(set) var temporaries: [Int] = []
  /// Products that the step computes in the session's reduced precision.
  package private(set) var reducedProducts: Int = 0
  private let firstTemporarySlot: Int
  private let place: GraphPlace

  package init(
    inputs: [Operand?], outputs: [Operand?], kernels: KernelTable, weights: WeightCache,
    subgraphs: any SubgraphPlanner, firstTemporarySlot: Int, place: GraphPlace
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernels = kernels
    self.weights = weights
    self.subgraphs = subgraphs
    self.firstTemporarySlot = firstTemporarySlot
    self.place = place
  }

  /// Input `index`, which the schema requires.
  package func input(_ index: Int) -> Operand { inputs[index]! }
  /// Input `index`, or nil where it is left out.
  package func optionalInput(_ index: Int) -> Operand? { index < inputs.count ? inputs[index] : nil }
  /// Output `index`, which the schema requires.
  package func output(_ index: Int) -> Operand { outputs[index]! }
  /// Output `index`, or nil where nobody wants it.
  package func optionalOutput(_ index: Int) -> Operand? { index < outputs.count ? outputs[index] : nil }

  /// Reserves scratch memory for each worker (`RunContext.scratch`), 64-byte aligned; the largest
  /// reservation counts.
  package mutating func reserveScratch(_ bytes: Int) { scratchBytes = max(scratchBytes, bytes) }

  /// Reserves memory for the duration of the step and returns its slot; 64-byte aligned.
  package mutating func temporary(_ bytes: Int) -> Int {
    temporaries.append(bytes)
    return firstTemporarySlot + temporaries.count - 1
  }

  /// Notes that the step computes a product with `kernels.weightProducts`.
  package mutating func countReducedProduct() { reducedProducts += 1 }

  /// A context for a step that is part of this one's, over other operands. What it reserves counts once it
  /// is adopted, and nothing may be reserved here in between.
  package func nested(inputs: [Operand?], outputs: [Operand?]) -> PrepareContext {
    PrepareContext(
      inputs: inputs, outputs: outputs, kernels: kernels, weights: weights, subgraphs: subgraphs,
      firstTemporarySlot: firstTemporarySlot + temporaries.count, place: place)
  }

  /// Takes over the reservations of a nested context.
  package mutating func adopt(_ nested: PrepareContext) {
    reserveScratch(nested.scratchBytes)
    temporaries += nested.temporaries
    reducedProducts += nested.reducedProducts
  }

  /// An error that names this node.
  package func error(_ code: PlanError.Code, _ message: String) -> PlanError {
    PlanError(code, message, at: place)
  }

  /// The usual error for an element type that the operator's kernels don't have.
  package func unsupported(_ type: ElementType) -> PlanError {
    error(.unsupportedType, "there is no kernel for \(type.name)")
  }
}

/// Which slots steps ask for, noted while a plan is made (on one thread).
package final class SlotUsage: @unchecked Sendable {
  private var used: Set<Int> = []

  package init() {}
  package func markUsed(_ slot: Int) { used.insert(slot) }
  package func isUsed(_ slot: Int) -> Bool { used.contains(slot) }
}
