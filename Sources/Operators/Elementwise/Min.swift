package import Graphs
package import KernelInterface
package import Tensors

/// `Min`: the least of any number of tensors, element by element, with broadcasting; NaN where any is.
///
/// ONNX operator set: Min-6 to 13.
package struct MinOp: VariadicFunctionOperator {
  package static let schema = OperatorSchema(
    "Min", since: [6, 8, 12, 13], inputs: [Parameter("data", .numbers, .variadic, variable: "T")],
    outputs: [Parameter("min", .numbers, variable: "T")])
  package static let function: BinaryFunction = .min

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    Dimension.minimum(left, right)
  }
}
