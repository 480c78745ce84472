package import Graphs
package import KernelInterface
internal import Tensors

/// `Or`: the logical or of two tensors of `bool`, element by element, with broadcasting.
///
/// ONNX operator set: Or-7.
package struct OrOp: BitwiseOperator {
  package static let schema = OperatorSchema("Or", since: [7], binary: [.bool])
  package static let function: BitwiseFunction = .or

  package init() {}
}
