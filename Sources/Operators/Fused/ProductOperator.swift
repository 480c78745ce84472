package import Graphs

/// A product (Conv, ConvTranspose, Gemm, MatMul) whose kernels can go on with each element of the result
/// before it is stored.
package protocol ProductOperator: KernelOperator, CostedOperator {
  /// The step with `ending` after the product; 16-bit floats were widened before. Input 2, where it is given,
  /// is added as the operator's own bias, for which `ending` has none.
  func prepare(_ context: inout PrepareContext, ending: ProductEnding) throws(PlanError) -> Step
}

extension ProductOperator {
  /// The same product with what comes before and after it.
  package func fused(_ prologue: FusedPrologue, _ ending: FusedEnding) -> any FusedProduct {
    FusedProductOp(product: self, prologue: prologue, ending: ending)
  }
}

/// A product that is fused with what follows it, whatever the product is.
package protocol FusedProduct: KernelOperator, CostedOperator {
  var plain: any ProductOperator { get }
  var prologue: FusedPrologue { get }
  var ending: FusedEnding { get }
}
