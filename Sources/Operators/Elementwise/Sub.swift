package import Graphs
package import KernelInterface
package import Tensors

/// `Sub`: the difference of two tensors, element by element, with broadcasting; integers wrap.
///
/// ONNX operator set: Sub-7 to 14.
package struct SubOp: BinaryFunctionOperator {
  package static let schema = OperatorSchema("Sub", since: [7, 13, 14], binary: .numbers)
  package static let function: BinaryFunction = .subtract

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    left - right
  }
}
