package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceLogSum`: `log(sum x)` over the named axes.
///
/// ONNX operator set: ReduceLogSum-1 to 28.
package struct ReduceLogSumOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceLogSum", since: [1, 11, 13, 18, 28],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .logSum

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
