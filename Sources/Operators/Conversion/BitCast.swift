package import Graphs
package import Tensors

/// `BitCast`: the bits of every element as the type `to`, which has the same width. Refuses strings.
///
/// ONNX operator set: BitCast-26.
package struct BitCastOp: KernelOperator, AliasingOperator {
  private static let types = TypeSet(ElementType.allCases.filter { $0 != .string })
  package static let schema = OperatorSchema(
    "BitCast", since: [26], inputs: [Parameter("input", types)], outputs: [Parameter("output", types)],
    attributes: ["to"])

  package let target: ElementType

  package init(_ node: inout NodeReader) throws(GraphError) {
    target = try node.required("to", node.elementType("to"))
    guard target != .string else { throw node.error(.invalidAttribute, "strings have no bits to cast to") }
  }

  package var attributes: [Attribute] { [Attribute("to", Int(target.rawValue))] }
  package var aliasedInput: Int { 0 }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let type = context.elementType(0), type.bitWidth != target.bitWidth {
      throw context.error(
        .typeMismatch,
        "\(type.name) has \(type.bitWidth) bits and \(target.name) has \(target.bitWidth): they must agree")
    }
    context.setOutput(0, target, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    copyStep(context)
  }
}
