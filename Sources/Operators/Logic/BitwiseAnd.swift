package import Graphs
package import KernelInterface

/// `BitwiseAnd`: the bits that are set in both of two integers, element by element, with broadcasting.
///
/// ONNX operator set: BitwiseAnd-18.
package struct BitwiseAndOp: BitwiseOperator {
  package static let schema = OperatorSchema("BitwiseAnd", since: [18], binary: .integers)
  package static let function: BitwiseFunction = .and

  package init() {}
}
