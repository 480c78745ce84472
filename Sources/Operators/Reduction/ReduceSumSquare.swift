package import Graphs
package import KernelInterface
internal import Tensors

/// `ReduceSumSquare`: `sum x^2` over the named axes.
///
/// ONNX operator set: ReduceSumSquare-1 to 18.
package struct ReduceSumSquareOp: ReduceOperator {
  package static let schema = OperatorSchema(
    "ReduceSumSquare", since: [1, 11, 13, 18],
    inputs: [Parameter("data", .numbers, variable: "T"), Parameter("axes", [.int64], .optional)],
    outputs: [Parameter("reduced", .numbers, variable: "T")],
    attributes: ["axes", "keepdims", "noop_with_empty_axes"])
  package static let function: ReductionFunction = .sumSquare

  package let options: ReduceOptions

  package init(options: ReduceOptions) { self.options = options }
}
