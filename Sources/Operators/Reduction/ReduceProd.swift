package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceProd`: `product x` over the named axes.
///
/// ONNX operator set: ReduceProd-1 to 18.
package struct ReduceProdOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceProd", since: [1, 11, 13, 18],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .product

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
