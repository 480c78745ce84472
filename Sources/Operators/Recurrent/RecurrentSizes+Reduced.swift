internal import Graphs
internal import KernelInterface
internal import Tensors

extension RecurrentSizes {
  /// The session's products in reduced precision, where both products of the operator are to be such: W and R
  /// are constants, and no sum is deeper than it may be. Counts them.
  func reducedProducts(_ context: inout PrepareContext) -> ReducedGemmKernels? {
    guard let products = context.kernels.weightProducts, sequence > 0, batch > 0, input > 0, hidden > 0,
      gates * hidden > 1, max(input, hidden) <= products.mostDepth,
      [1, 2].allSatisfy({ context.input($0).constant?.elementType == .float32 })
    else { return nil }
    for _ in 0..<2 * directions { context.countReducedProduct() }
    return products
  }
}
