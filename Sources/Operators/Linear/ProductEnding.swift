internal import Graphs
internal import KernelInterface
internal import Tensors

/// What follows a product in the same pass over memory, as an operator states it: operands instead of
/// addresses. Products (Gemm, MatMul, Conv) take one, so that a fused operator differs from the plain one
/// in this value alone.
///
///     y = activation(product + biasScale * bias + residualScale * residual)
package struct ProductEnding: Sendable {
  /// Distances in elements between batches, rows and columns of the residual.
  struct Strides: Sendable {
    var batch: Int
    var row: Int
    var column: Int
  }

  /// One value for each column of the product, or with `biasIsPerRow` for each row.
  var bias: PrepareContext.Operand?
  var biasIsPerRow: Bool = false
  var biasScale: Double = 1
  /// A tensor to add, laid out as the result unless `residualStrides` says otherwise.
  var residual: PrepareContext.Operand?
  var residualStrides: Strides?
  var residualScale: Double = 1
  var activation: Activation = .none
  var parameter0: Double = 0
  var parameter1: Double = 0
  /// What a channels-last convolution does with each element of X before: scale and shift for each channel (or
  /// for each channel of each image), then a lower bound.
  var inputScale: PrepareContext.Operand?
  var inputShift: PrepareContext.Operand?
  var inputFloor: Double?

  /// The ending as a kernel takes it, for a result of `rows` x `columns`; operands point at `placeholder`.
  func epilogue<Element>(
    _ type: Element.Type, rows: Int, columns: Int, placeholder: UnsafePointer<Element>?
  ) -> Epilogue<Element> {
    var result = Epilogue<Element>()
    if bias != nil { result.bias = placeholder }
    result.biasAxis = biasIsPerRow ? .row : .column
    result.biasScale = Element(biasScale)
    if residual != nil { result.residual = placeholder }
    let strides: Strides = residualStrides ?? Strides(batch: rows * columns, row: columns, column: 1)
    result.residualBatchStride = strides.batch
    result.residualRowStride = strides.row
    result.residualColumnStride = strides.column
    result.residualScale = Element(residualScale)
    result.activation = activation
    result.parameter0 = Element(parameter0)
    result.parameter1 = Element(parameter1)
    return result
  }
}
