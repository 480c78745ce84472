package import Graphs
package import KernelInterface
package import Tensors

/// An operator of any number of broadcast tensors of one type that folds them, from the left, with a
/// `BinaryFunction`.
package protocol VariadicFunctionOperator: KernelOperator, InPlaceOperator {
  init()
  static var function: BinaryFunction { get }
  /// What the function makes of two dimensions in a shape computation; nil where that is no dimension.
  static func combine(_ left: Dimension, _ right: Dimension) -> Dimension?
}

extension VariadicFunctionOperator {
  package init(_ node: inout NodeReader) throws(GraphError) { self.init() }
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try inferVariadic(&context)
    if context.inputCount == 2 {
      context.setKnown(0, DimensionArithmetic.combine(context) { Self.combine($0, $1) })
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try variadicStep(Self.function, &context)
  }
}

/// The output type of an operator that broadcasts all its inputs.
func inferVariadic(_ context: inout InferenceContext) throws(GraphError) {
  let shapes: [[Dimension]?] = (0..<context.inputCount).map { context.dimensions($0) }
  let type: ElementType? = (0..<context.inputCount).compactMap { context.elementType($0) }.first
  context.setOutput(0, type, try context.broadcast(shapes))
}

/// A step that folds all inputs: the first two into the output, then each of the others onto it.
func variadicStep(_ function: BinaryFunction, _ context: inout PrepareContext) throws(PlanError) -> Step {
  guard context.inputs.count > 1 else { return copyStep(context) }
  let binary: BinaryStep = try binaryFunction(function, &context)
  var steps: [Step] = [try binary.prepare(&context)]
  for index in 2..<max(context.inputs.count, 2) {
    steps.append(try binary.prepare(&context, context.output(0), context.input(index), context.output(0)))
  }
  if steps.count == 1 { return steps[0] }
  return inSequence(steps)
}

/// Runs `steps` one after another.
func inSequence(_ steps: [Step]) -> Step {
  Step { (run) throws(ExecutionError) in
    for step in steps { try step.run(run) }
  }
}
