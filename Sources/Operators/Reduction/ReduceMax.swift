package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceMax`: `max x` over the named axes.
///
/// ONNX operator set: ReduceMax-1 to 20.
package struct ReduceMaxOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceMax", since: [1, 11, 12, 13, 18, 20],
    inputs: [Parameter("data", .numbers | [.bool], variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers | [.bool], variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .max

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
