package import Graphs
package import KernelInterface
internal import Tensors

/// `Xor`: the exclusive or of two tensors of `bool`, element by element, with broadcasting.
///
/// ONNX operator set: Xor-7.
package struct XorOp: BitwiseOperator {
  package static let schema = OperatorSchema("Xor", since: [7], binary: [.bool])
  package static let function: BitwiseFunction = .xor

  package init() {}
}
