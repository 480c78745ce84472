internal import Graphs
internal import KernelInterface
internal import Tensors

/// Runs a recurrent operator: one product of all inputs with W, then, time step by time step, products of the
/// state with R (packed once) and the cell's functions. Directions and blocks of rows are tasks of their own;
/// a single one divides its products instead, where they are large. Nothing is allocated.
struct RecurrentStep<Element: BinaryFloatingPoint & TensorElement> {
  let sizes: RecurrentSizes
  let options: RecurrentOptions
  let cell: RecurrentCell<Element>
  let gemm: GemmKernels<Element>
  /// The index of initial_c and P among the inputs, and of Y_c among the outputs; an LSTM has them.
  let isLSTM: Bool

  /// Rows of a task.
  private static var block: Int { 24 }
  /// Multiply-adds of a step's product from which a single task divides it.
  private static var largeProduct: Int { 1 << 19 }

  func prepare(_ context: inout PrepareContext) -> Step {
    let layout = RecurrentLayout<Element>(self, &context)
    return Step { (run) throws(ExecutionError) in
      try layout.checkLengths(run)
      layout.prepareWeights(run)
      layout.projectInputs(run)
      let blocks: Int = (layout.sizes.batch &+ Self.block &- 1) / Self.block
      let tasks: Int = layout.sizes.directions &* blocks
      let divides: Bool = tasks == 1 && layout.sizes.batch &* layout.recurrentSize >= Self.largeProduct
      run.parallel(tasks) { task, worker in
        let first: Int = task % blocks &* Self.block
        layout.runBlock(
          run, direction: task / blocks, rows: first..<min(first &+ Self.block, layout.sizes.batch),
          worker: worker, divides: divides)
      }
    }
  }
}
