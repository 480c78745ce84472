package import Graphs
internal import KernelInterface
internal import Tensors

/// `ngraph::FusedElementwise`: a chain of functions of elements in one pass over memory. Every value of the
/// chain has the output's shape; inputs broadcast to it. The chain runs over tiles that stay in the first
/// cache, with the kernels that its operators have on their own, so that the results are the same bits.
///
/// Up to `mostTensors` inputs have more than one element. No file holds this operator: it is made on the way
/// to a plan.
package struct FusedElementwiseOp: KernelOperator, InPlaceOperator, StridedOperator {
  package static let schema = OperatorSchema(
    "FusedElementwise", domain: "ngraph", since: [1],
    inputs: [Parameter("inputs", [.float32, .float64], .variadic, variable: "T")],
    outputs: [Parameter("Y", [.float32, .float64], variable: "T")], attributes: ["program"])

  /// What a `BroadcastPlan` walks together.
  package static let mostTensors: Int = 7

  package let program: ElementwiseProgram
  private let inputCount: Int

  package init(_ program: ElementwiseProgram, inputCount: Int) {
    self.program = program
    self.inputCount = inputCount
  }

  package init(_ node: inout NodeReader) throws(GraphError) {
    throw node.error(.unsupportedOperator, "the operator can't be imported")
  }

  package var attributes: [Attribute] { [Attribute("program", "\(program)")] }
  package var inPlaceInputs: [Int] { Array(0..<inputCount) }
  package func readsStrided(_ index: Int) -> Bool { true }
  package var writesStrided: Bool { false }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try inferVariadic(&context)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try ElementwiseStep(program, context).prepare(&context)
  }
}
