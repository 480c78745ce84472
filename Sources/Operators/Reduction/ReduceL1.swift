package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceL1`: `sum |x|` over the named axes.
///
/// ONNX operator set: ReduceL1-1 to 18.
package struct ReduceL1Op: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceL1", since: [1, 11, 13, 18],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .l1

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
