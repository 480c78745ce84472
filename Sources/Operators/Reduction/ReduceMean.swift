package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceMean`: `sum x / n` over the named axes.
///
/// ONNX operator set: ReduceMean-1 to 18.
package struct ReduceMeanOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceMean", since: [1, 11, 13, 18],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .mean

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
