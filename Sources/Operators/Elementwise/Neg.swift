package import Graphs
package import KernelInterface
internal import Tensors

/// `Neg`: `-x` of every element; integers wrap.
///
/// ONNX operator set: Neg-6 to 13.
package struct NegOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Neg", since: [6, 13], unary: .floats | .signedIntegers)

  package init() {}
  package var function: UnaryFunction { .negate }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
    guard context.tensor(0) == nil, let known = context.knownDimensions(0), let rank = context.rank(0) else {
      return
    }
    context.setKnown(0, KnownValue(dimensions: known.map { Dimension(0) - $0 }, isScalar: rank == 0))
  }
}
