package import Graphs
package import KernelInterface

/// `BitwiseOr`: the bits that are set in any of two integers, element by element, with broadcasting.
///
/// ONNX operator set: BitwiseOr-18.
package struct BitwiseOrOp: BitwiseOperator {
  package static let schema = OperatorSchema("BitwiseOr", since: [18], binary: .integers)
  package static let function: BitwiseFunction = .or

  package init() {}
}
