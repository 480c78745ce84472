package import Graphs
internal import KernelInterface
package import Tensors

/// `Transpose`: output axis k is input axis `perm[k]`; without `perm` the axes are reversed.
///
/// ONNX operator set: Transpose-1 to 25. Refused: a `perm` that is no permutation of the axes.
package struct TransposeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Transpose", since: [1, 13, 21, 23, 24, 25],
    inputs: [Parameter("data", .all, variable: "T")],
    outputs: [Parameter("transposed", .all, variable: "T")],
    attributes: ["perm"])

  /// nil reverses the axes.
  package let permutation: [Int]?

  package init(_ node: inout NodeReader) throws(GraphError) {
    guard let axes = try node.ints("perm") else {
      permutation = nil
      return
    }
    // Some exporters write an empty list for a tensor of unknown rank: the default is meant.
    permutation = axes.isEmpty ? nil : axes
    guard axes.sorted() == Array(axes.indices) else {
      throw node.error(.invalidAttribute, "attribute 'perm' must be a permutation, found \(axes)")
    }
  }

  package var attributes: [Attribute] { permutation.map { [Attribute("perm", $0)] } ?? [] }

  /// The permutation for an input of `rank` axes.
  package func permutation(rank: Int) -> [Int] { permutation ?? Array((0..<rank).reversed()) }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), permutation.map { context.freshDimensions($0.count) })
      return
    }
    let axes: [Int] = permutation(rank: dimensions.count)
    guard axes.count == dimensions.count else {
      throw context.error(
        .shapeMismatch, "'perm' names \(axes.count) axes, the input has \(dimensions.count)")
    }
    context.setOutput(0, context.elementType(0), axes.map { dimensions[$0] })
    if dimensions.count <= 1, context.symbolicElements(0) != nil { context.setKnown(0, context.known(0)) }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let shape: [Int] = context.input(0).shape.extents
      return copyStep(context, CopyPlan.permutation(of: shape, by: permutation(rank: shape.count)))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
