package import Graphs
internal import KernelInterface
internal import Tensors

/// `Not`: the negation of every element of a tensor of `bool`.
///
/// ONNX operator set: Not-1.
package struct NotOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema("Not", since: [1], unary: [.bool])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .bool, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    guard let kernel = context.kernels.unary.predicate(.isZero, .bool) else {
      throw context.unsupported(.bool)
    }
    return try UnaryStep(kernel: kernel, compute: .bool, result: .bool, grain: 1 << 16).prepare(&context)
  }
}
