package import Graphs
package import KernelInterface
package import Tensors

/// `Div`: the quotient of two tensors, element by element, with broadcasting. Integers truncate toward
/// zero; what ONNX leaves open, their division by zero, gives 0.
///
/// ONNX operator set: Div-7 to 14.
package struct DivOp: BinaryFunctionOperator {
  package static let schema = OperatorSchema("Div", since: [7, 13, 14], binary: .numbers)
  package static let function: BinaryFunction = .divide

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    DimensionArithmetic.quotient(left, right)
  }
}
