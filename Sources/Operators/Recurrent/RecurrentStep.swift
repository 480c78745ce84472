internal import Graphs
internal import KernelInterface
internal import Tensors

/// Runs a recurrent operator: one product of all inputs with W, then, time step by time step, products of the
/// state with R and the cell's functions. Nothing is allocated.
///
/// Where a time step is much work, it is divided into blocks of hidden units (`RecurrentBlocks`), tasks that
/// take all gates of their units through product and cell; the state is held twice, since all of them read
/// the old one while they write their part of the new one. Else directions and blocks of rows, which never
/// wait for each other, are tasks that run through all time steps. Every other time step takes its blocks
/// backwards: what a cache held of R at the end of the one is what the next begins with.
struct RecurrentStep<Element: BinaryFloatingPoint & TensorElement> {
  let sizes: RecurrentSizes
  let options: RecurrentOptions
  let cell: RecurrentCell<Element>
  let gemm: GemmKernels<Element>
  /// The index of initial_c and P among the inputs, and of Y_c among the outputs; an LSTM has them.
  let isLSTM: Bool
  /// What products are computed in, where that is less than `Element`.
  var precision: ProductPrecision? = nil

  /// Rows of a task that runs through all time steps.
  private static var rowBlock: Int { 24 }
  /// Tasks of rows from which none of them is divided by time step.
  private static var manyRowTasks: Int { 8 }
  /// Multiply-adds of a time step from which it is divided.
  private static var largeStep: Int { 1 << 18 }

  func prepare(_ context: inout PrepareContext) -> Step {
    let rowTasks: Int = sizes.directions * ((sizes.batch + Self.rowBlock - 1) / Self.rowBlock)
    let work: Int = sizes.directions * sizes.batch * sizes.gates * sizes.hidden * sizes.hidden
    let divides: Bool = rowTasks < Self.manyRowTasks && work >= Self.largeStep
    let rows: Int = divides ? sizes.batch : min(Self.rowBlock, sizes.batch)
    let layout = RecurrentLayout<Element>(self, rows: rows, &context)
    return Step(kernel: precision.map { "products in \($0.kernelSuffix)" } ?? "") {
      (run) throws(ExecutionError) in
      try layout.checkLengths(run)
      layout.prepareWeights(run)
      layout.projectInputs(run)
      if divides {
        layout.runDivided(run)
      } else {
        run.parallel(rowTasks) { task, worker in
          let first: Int = task / sizes.directions &* Self.rowBlock
          layout.runRows(
            run, direction: task % sizes.directions,
            rows: first..<min(first &+ Self.rowBlock, sizes.batch), worker: worker)
        }
      }
    }
  }
}
