package import Graphs
package import KernelInterface
package import Tensors

/// `Max`: the greatest of any number of tensors, element by element, with broadcasting; NaN where any is.
///
/// ONNX operator set: Max-6 to 13.
package struct MaxOp: VariadicFunctionOperator {
  package static let schema = OperatorSchema(
    "Max", since: [6, 8, 12, 13], inputs: [Parameter("data", .numbers, .variadic, variable: "T")],
    outputs: [Parameter("max", .numbers, variable: "T")])
  package static let function: BinaryFunction = .max

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    Dimension.maximum(left, right)
  }
}
