package import Graphs
package import KernelInterface

/// `BitwiseXor`: the bits that are set in one of two integers, element by element, with broadcasting.
///
/// ONNX operator set: BitwiseXor-18.
package struct BitwiseXorOp: BitwiseOperator {
  package static let schema = OperatorSchema("BitwiseXor", since: [18], binary: .integers)
  package static let function: BitwiseFunction = .xor

  package init() {}
}
