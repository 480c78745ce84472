package import Graphs
package import KernelInterface
package import Tensors

/// `Mul`: the product of two tensors, element by element, with broadcasting; integers wrap.
///
/// ONNX operator set: Mul-7 to 14.
package struct MulOp: BinaryFunctionOperator {
  package static let schema = OperatorSchema("Mul", since: [7, 13, 14], binary: .numbers)
  package static let function: BinaryFunction = .multiply

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    left * right
  }
}
