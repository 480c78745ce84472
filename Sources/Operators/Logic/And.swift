package import Graphs
package import KernelInterface
internal import Tensors

/// `And`: the logical and of two tensors of `bool`, element by element, with broadcasting.
///
/// ONNX operator set: And-7.
package struct AndOp: BitwiseOperator {
  package static let schema = OperatorSchema("And", since: [7], binary: [.bool])
  package static let function: BitwiseFunction = .and

  package init() {}
}
