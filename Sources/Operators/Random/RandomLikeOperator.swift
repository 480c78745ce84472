package import Graphs
package import Tensors

/// An operator that draws a tensor of its input's shape: of the type that the attribute `dtype` names, or of
/// the input's.
package protocol RandomLikeOperator: KernelOperator, ValueOperator, NondeterministicOperator {
  /// What `dtype` names; nil where it is left out.
  var elementType: ElementType? { get }
}

extension RandomLikeOperator {
  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let type: ElementType? = elementType ?? context.elementType(0)
    if let type, !TypeSet.floats.contains(type) {
      throw context.error(.typeMismatch, "an input of \(type.name) needs the attribute 'dtype'")
    }
    context.setOutput(0, type, context.dimensions(0))
  }

  /// For a tensor of strings, which lends its shape alone.
  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor, let elementType else {
      throw context.error(.invalidInput, "expected a tensor and the attribute 'dtype'")
    }
    let shaped = Tensor(elementType, tensor.shape, storage: Storage(byteCount: tensor.count * 8))
    return try context.evaluate(self, [.tensor(shaped)])
  }
}
