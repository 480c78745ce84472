internal import Graphs
internal import KernelInterface
internal import Tensors

/// An `Einsum` of two floating operands as one batch of matrix products: axes in both and the output are the
/// batch, those in both alone are summed. Operands and result are transposed only where their axes lie
/// otherwise.
struct EinsumProduct: Sendable {
  private let batch: [Int]
  private let rows: [Int]
  private let columns: [Int]
  private let summed: [Int]
  private let equation: EinsumEquation
  private let extents: [Int: Int]

  /// nil where the equation is no such product: repeated labels, broadcast extents, or a label of one operand
  /// that the output lacks.
  init?(_ equation: EinsumEquation, shapes: [Shape], extents: [Int: Int]) {
    guard equation.operands.count == 2 else { return nil }
    let (a, b): ([Int], [Int]) = (equation.operands[0], equation.operands[1])
    for (own, shape) in zip(equation.operands, shapes) {
      guard Set(own).count == own.count else { return nil }
      for (axis, label) in own.enumerated() where shape[axis] != extents[label] { return nil }
    }
    let output: [Int] = equation.output
    guard (a + b).allSatisfy({ output.contains($0) || (a.contains($0) && b.contains($0)) }) else {
      return nil
    }
    batch = output.filter { a.contains($0) && b.contains($0) }
    rows = output.filter { a.contains($0) && !b.contains($0) }
    columns = output.filter { !a.contains($0) && b.contains($0) }
    guard batch.count + rows.count + columns.count == output.count else { return nil }
    summed = a.filter { b.contains($0) && !output.contains($0) }
    self.equation = equation
    self.extents = extents
  }

  private func count(_ labels: [Int]) -> Int { labels.reduce(1) { $0 * (extents[$1] ?? 1) } }

  func step<Element: BinaryFloatingPoint & TensorElement>(
    _ context: inout PrepareContext, _ gemm: GemmKernels<Element>
  ) -> Step {
    let size: Int = MemoryLayout<Element>.stride
    let movement: MovementKernels = context.kernels.movement
    let (m, n, k): (Int, Int, Int) = (count(rows), count(columns), count(summed))
    var before: [Transposition] = []
    var operands: [PrepareContext.Operand] = []
    var isTransposed: [Bool] = []
    for (index, wanted) in [batch + rows + summed, batch + summed + columns].enumerated() {
      let own: [Int] = equation.operands[index]
      let swapped: [Int] = index == 0 ? batch + summed + rows : batch + columns + summed
      isTransposed.append(own != wanted && own == swapped)
      if own == wanted || own == swapped {
        operands.append(context.input(index))
        continue
      }
      let slot: Int = context.temporary(context.input(index).shape.count * size)
      let order: [Int] = wanted.compactMap { own.firstIndex(of: $0) }
      let shape: Shape = context.input(index).shape
      before.append(
        Transposition(
          from: context.input(index).slot, to: slot,
          plan: CopyPlan.permutation(of: shape.extents, by: order), size: size))
      operands.append(PrepareContext.Operand(elementType: Element.elementType, shape: shape, slot: slot))
    }
    var result: PrepareContext.Operand = context.output(0)
    var after: Transposition?
    let natural: [Int] = batch + rows + columns
    if natural != equation.output {
      let slot: Int = context.temporary(result.shape.count * size)
      let order: [Int] = equation.output.compactMap { natural.firstIndex(of: $0) }
      after = Transposition(
        from: slot, to: result.slot,
        plan: CopyPlan.permutation(of: natural.map { extents[$0] ?? 1 }, by: order), size: size)
      result = PrepareContext.Operand(elementType: Element.elementType, shape: result.shape, slot: slot)
    }
    var arguments = GemmArguments<Element>(m: m, n: n, k: k)
    arguments.batch = count(batch)
    (arguments.aRowStride, arguments.aColumnStride) = isTransposed[0] ? (1, m) : (k, 1)
    (arguments.bRowStride, arguments.bColumnStride) = isTransposed[1] ? (1, k) : (n, 1)
    arguments.aBatchStride = m * k
    arguments.bBatchStride = k * n
    arguments.cRowStride = n
    arguments.cBatchStride = m * n
    var product = GemmStep(
      kernels: gemm, arguments: arguments, a: operands[0], b: operands[1], c: result,
      ending: ProductEnding())
    let multiply: Step = product.prepare(
      &context, aMatrices: arguments.batch, bMatrices: arguments.batch)
    let (first, last): ([Transposition], Transposition?) = (before, after)
    return Step { (run) throws(ExecutionError) in
      for transposition in first { transposition.apply(run, movement) }
      try multiply.run(run)
      last?.apply(run, movement)
    }
  }
}

/// A transpose from one slot to another.
private struct Transposition: Sendable {
  let from: Int
  let to: Int
  let plan: CopyPlan
  let size: Int

  func apply(_ run: RunContext, _ movement: MovementKernels) {
    plan.run(movement, out: run.slots[to], input: run.slots[from], elementSize: size)
  }
}
