package import Graphs
package import KernelInterface
package import Tensors

/// `Add`: the sum of two tensors, element by element, with broadcasting; integers wrap.
///
/// ONNX operator set: Add-7 to 14.
package struct AddOp: BinaryFunctionOperator {
  package static let schema = OperatorSchema("Add", since: [7, 13, 14], binary: .numbers)
  package static let function: BinaryFunction = .add

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    left + right
  }
}
