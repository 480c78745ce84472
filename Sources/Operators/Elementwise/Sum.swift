package import Graphs
package import KernelInterface
package import Tensors

/// `Sum`: the sum of any number of tensors, element by element, with broadcasting.
///
/// ONNX operator set: Sum-6 to 13.
package struct SumOp: VariadicFunctionOperator {
  package static let schema = OperatorSchema(
    "Sum", since: [6, 8, 13], inputs: [Parameter("data", .floats, .variadic, variable: "T")],
    outputs: [Parameter("sum", .floats, variable: "T")])
  package static let function: BinaryFunction = .add

  package init() {}

  package static func combine(_ left: Dimension, _ right: Dimension) -> Dimension? {
    left + right
  }
}
