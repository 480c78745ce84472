package import Tensors

/// Anything that a node's operator type can name: an operator, or an expansion into others.
package protocol OperatorDefinition: SendableMetatype {
  static var schema: OperatorSchema { get }
}

/// What a node computes, with its attributes decoded: one value for each node of a graph.
///
/// An operator also conforms to `KernelOperator`, `ValueOperator` or both, which run it, and to any of
/// the ability protocols.
package protocol Operator: OperatorDefinition, Sendable {
  /// Decodes and validates the attributes of `node`, and brings every older version of the operator to
  /// the newest form, so that nothing later knows operator set versions. It may rewrite `node.inputs`
  /// (an attribute that became an input).
  init(_ node: inout NodeReader) throws(GraphError)

  /// The attributes in the newest form, defaults included, for export and dumps.
  var attributes: [Attribute] { get }

  /// Sets the types of all outputs, as far as the inputs tell, and their values where the operator can
  /// be part of a shape computation. Inputs were checked against the schema; an input's shape may be
  /// unknown, and its dimensions symbolic.
  func infer(_ context: inout InferenceContext) throws(GraphError)
}

/// An operator that is defined by other operators: it is replaced as the graph is imported.
package protocol ExpandedOperator: OperatorDefinition {
  /// Appends nodes that compute what `node` does, and returns its outputs (nil for one left out).
  static func expand(_ node: inout NodeReader, into builder: inout GraphBuilder) throws(GraphError)
    -> [ValueID?]
}

/// An operator some of whose older versions are written as other operators.
package protocol LegacyOperator: Operator {
  /// Appends nodes that compute what `node` does and returns its outputs, or returns nil where the
  /// operator itself can take the node.
  static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder) throws(GraphError)
    -> [ValueID?]?
}

/// An operator over tensors whose output shapes follow from its input shapes (and the values of inputs
/// that are known when planning).
package protocol KernelOperator: Operator {
  /// Chooses kernels for the known shapes and types and packs what is constant. All output shapes are
  /// known. The step reads and writes the slots of the context's inputs and outputs.
  func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step
}

/// An operator that allocates what it returns: shapes that only the data tell, sequences, optionals,
/// strings, control flow.
package protocol ValueOperator: Operator {
  /// The outputs for `inputs`; nil stands for an input left out. Tensors in the result may share the
  /// storage of inputs.
  func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?]
}
