package import Graphs
internal import Tensors

/// `InstanceNormalization`: each channel of each image of X [batch, channels, ...] is normalized by its own
/// statistics: `y = scale * (x - mean) / sqrt(variance + epsilon) + B`.
///
/// ONNX operator set: InstanceNormalization-6 to 22. Source: Ulyanov, Vedaldi, Lempitsky, Instance
/// Normalization, 2016.
package struct InstanceNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "InstanceNormalization", since: [6, 22],
    inputs: [
      Parameter("input", .floats, variable: "T"), Parameter("scale", .floats, variable: "T"),
      Parameter("B", .floats, variable: "T"),
    ],
    outputs: [Parameter("output", .floats, variable: "T")],
    attributes: ["epsilon"])

  package let epsilon: Float

  package init(_ node: inout NodeReader) throws(GraphError) { epsilon = try node.float("epsilon") ?? 1e-5 }

  package init(epsilon: Float) { self.epsilon = epsilon }

  package var attributes: [Attribute] { [Attribute("epsilon", epsilon)] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try checkChannelParameters(context)
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try groupedNormalizationStep(&context, groups: max(1, context.input(0).shape[1]), epsilon: epsilon)
    }
  }
}

/// Refuses an input of rank below 2, and a scale or bias that has not one element for each of its channels.
func checkChannelParameters(_ context: InferenceContext) throws(GraphError) {
  guard let dimensions = context.dimensions(0) else { return }
  guard dimensions.count >= 2 else {
    throw context.error(.shapeMismatch, "the input must have a rank of at least 2, found \(dimensions.count)")
  }
  for index in 1...2 {
    guard let own = context.dimensions(index) else { continue }
    guard own.count == 1 else {
      throw context.error(.shapeMismatch, "scale and bias must have rank 1, found \(own.count)")
    }
    if let count = dimensions[1].value, let found = own[0].value, count != found {
      throw context.error(.shapeMismatch, "there are \(count) channels, but \(found) scales or biases")
    }
  }
}
