package import Graphs
internal import KernelInterface
internal import Tensors

/// `ngraph::FusedNormalization`: functions of elements before and after a normalization of rows
/// (LayerNormalization, RMSNormalization, their forms for sums, Softmax) in one pass over memory:
///
///     Y = after(normalize(before(inputs), gain, offset), inputs)
///
/// Every value has the output's shape; inputs broadcast to it, along all axes of a row or none. Rows stay in
/// the first cache meanwhile, and each function has the kernel of its operator, so that the results are the
/// same bits. `Sum` is the value that instruction `kept` gives, where others use it too.
///
/// Elements are float32. No file holds this operator: it is made on the way to a plan.
package struct FusedNormalizationOp: KernelOperator, InPlaceOperator, StridedOperator {
  package static let schema = OperatorSchema(
    "FusedNormalization", domain: "ngraph", since: [1],
    inputs: [Parameter("inputs", [.float32], .variadic, variable: "T")],
    outputs: [
      Parameter("Y", [.float32], variable: "T"), Parameter("Sum", [.float32], .optional, variable: "T"),
    ], attributes: ["program"])

  /// The longest rows that stay in a cache with what is made of them.
  package static let longestRow: Int = 8192

  package let program: ElementwiseProgram
  /// The instruction that makes `Sum`; nil where nobody wants it.
  package let kept: Int?
  private let inputCount: Int

  package init(_ program: ElementwiseProgram, kept: Int?, inputCount: Int) {
    self.program = program
    self.kept = kept
    self.inputCount = inputCount
  }

  package init(_ node: inout NodeReader) throws(GraphError) {
    throw node.error(.unsupportedOperator, "the operator can't be imported")
  }

  package var attributes: [Attribute] { [Attribute("program", "\(program)")] }

  package var inPlaceInputs: [Int] {
    let parameters: Set<Int> = program.parameters
    return (0..<inputCount).filter { !parameters.contains($0) }
  }

  package func readsStrided(_ index: Int) -> Bool { program.readsStrided(index) }
  package var writesStrided: Bool { false }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try inferVariadic(&context)
    if kept != nil { context.setOutput(1, type: context.outputs[0].type) }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try ElementwiseStep(program, kept: kept, context).prepare(&context)
  }
}

extension ElementwiseProgram {
  /// Whether rows of input `index` may be apart: not those of parameters, which are one row, and of Softmax,
  /// whose kernel reads as it writes.
  func readsStrided(_ index: Int) -> Bool {
    guard let rows else { return true }
    if rows.function.kind == .softmax, instructions[rows.index].operands[0] == .input(index) { return false }
    return !parameters.contains(index)
  }
}
