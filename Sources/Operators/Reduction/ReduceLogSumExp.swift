package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceLogSumExp`: `log(sum exp x)` over the named axes.
///
/// ONNX operator set: ReduceLogSumExp-1 to 28.
package struct ReduceLogSumExpOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceLogSumExp", since: [1, 11, 13, 18, 28],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .logSumExp

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
