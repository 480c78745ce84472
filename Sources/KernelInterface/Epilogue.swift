/// What happens to each element of a product before it is stored, in this order:
///
///     y = activation(sum + biasScale * bias + residualScale * residual)
///
/// where `sum` is what the kernel computed (for a GEMM `alpha * A B + beta * C`). It costs no pass over
/// memory of its own. Rows and columns are those of the product: for a convolution a row is an output
/// channel, a column an output position.
///
/// A chain of elementwise operators that this does not cover will become a further pointer to a tile
/// program, run where the activation is; nothing else here changes then.
package struct Epilogue<Element: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
  /// Which index of the product selects an element of `bias`.
  package enum BiasAxis: UInt8, Sendable {
    case row
    case column
  }

  /// One value per row or column, nil for none. A scalar bias is a `residual` with strides of 0.
  package var bias: UnsafePointer<Element>? = nil
  package var biasAxis: BiasAxis = .column
  package var biasScale: Element = 1

  /// A matrix to add, nil for none; it must not overlap the result (to add in place, use beta = 1).
  /// Element (row, column) of batch i lies at
  /// `i * residualBatchStride + row * residualRowStride + column * residualColumnStride`; a stride of 0
  /// broadcasts. A convolution takes it in the layout of its output and reads no stride.
  package var residual: UnsafePointer<Element>? = nil
  package var residualBatchStride: Int = 0
  package var residualRowStride: Int = 0
  package var residualColumnStride: Int = 1
  package var residualScale: Element = 1

  package var activation: Activation = .none
  package var parameter0: Element = 0
  package var parameter1: Element = 0

  package init() {}
}
