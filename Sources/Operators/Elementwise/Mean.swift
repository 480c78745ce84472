package import Graphs
internal import KernelInterface
internal import Tensors

/// `Mean`: the arithmetic mean of any number of tensors, element by element, with broadcasting.
///
/// ONNX operator set: Mean-6 to 13.
package struct MeanOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "Mean", since: [6, 8, 13], inputs: [Parameter("data", .floats, .variadic, variable: "T")],
    outputs: [Parameter("mean", .floats, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try inferVariadic(&context)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let count: Int = context.inputs.count
    let sum: Step = try variadicStep(.add, &context)
    guard count > 1 else { return sum }
    let output: PrepareContext.Operand = context.output(0)
    let slot: Int = context.temporary(8)
    let divisor = PrepareContext.Operand(
      elementType: output.elementType == .float64 ? .float64 : .float32, shape: .scalar, slot: slot)
    let division: Step = try binaryFunction(.divide, &context).prepare(&context, output, divisor, output)
    let isDouble: Bool = output.elementType == .float64
    return Step { (run) throws(ExecutionError) in
      try sum.run(run)
      if isDouble { run.output(slot)[0] = Double(count) } else { run.output(slot)[0] = Float(count) }
      try division.run(run)
    }
  }
}
