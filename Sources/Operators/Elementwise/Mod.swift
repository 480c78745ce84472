package import Graphs
internal import KernelInterface
internal import Tensors

/// `Mod`: the remainder of A divided by B, element by element, with broadcasting: with B's sign, or with
/// A's where `fmod` is set. What ONNX leaves open, an integer's remainder by zero, is 0.
///
/// ONNX operator set: Mod-10 to 28.
package struct ModOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "Mod", since: [10, 13, 28], binary: .numbers, attributes: ["fmod"])

  package let keepsDividendSign: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    keepsDividendSign = try node.flag("fmod") ?? false
  }

  package var attributes: [Attribute] { [Attribute("fmod", keepsDividendSign)] }
  package var inPlaceInputs: [Int] { [0, 1] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, context.elementType(0) ?? context.elementType(1), dimensions)
    context.setKnown(
      0,
      DimensionArithmetic.combine(context) { left, right in
        guard let quotient = left.dividedExactly(by: right) else { return nil }
        return left - quotient * right
      })
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try binaryFunction(keepsDividendSign ? .remainder : .modulo, &context).prepare(&context)
  }
}
