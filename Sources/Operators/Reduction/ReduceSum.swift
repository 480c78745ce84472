package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceSum`: `sum x` over the named axes.
///
/// ONNX operator set: ReduceSum-1 to 13.
package struct ReduceSumOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceSum", since: [1, 11, 13],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .sum

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
