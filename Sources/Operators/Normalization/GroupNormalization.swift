package import Graphs
internal import Tensors

/// `GroupNormalization`: the channels of each image of X [batch, channels, ...] are divided into groups, each
/// normalized by its own statistics: `y = scale * (x - mean) / sqrt(variance + epsilon) + bias` with scale
/// and bias for each channel.
///
/// In operator set 18 scale and bias were given for each group: they are repeated, which takes a known
/// number of channels. ONNX operator set: GroupNormalization-18 to 21. Source: Wu, He, Group Normalization,
/// 2018.
package struct GroupNormalizationOp: KernelOperator, LegacyOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "GroupNormalization", since: [18, 21],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("scale", .floats, variable: "T"),
      Parameter("bias", .floats, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["epsilon", "num_groups", "stash_type"])

  package let groups: Int
  package let epsilon: Float
  package let stashType: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    groups = try node.required("num_groups", try node.int("num_groups"))
    epsilon = try node.float("epsilon") ?? 1e-5
    stashType = try node.int("stash_type") ?? 1
    guard groups >= 1 else {
      throw node.error(.invalidAttribute, "attribute 'num_groups' must be at least 1, found \(groups)")
    }
  }

  package init(groups: Int, epsilon: Float) {
    self.groups = groups
    self.epsilon = epsilon
    stashType = 1
  }

  package static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder)
    throws(GraphError) -> [ValueID?]?
  {
    guard node.version < 21 else { return nil }
    let groups: Int = try node.required("num_groups", try node.int("num_groups"))
    guard let channels = node.type(ofInput: 0)?.dimensions?.dropFirst().first?.value else {
      throw node.error(.unsupportedForm, "the number of channels must be known before operator set 21")
    }
    guard groups >= 1, channels % groups == 0 else {
      throw node.error(.shapeMismatch, "\(channels) channels can't be divided into \(groups) groups")
    }
    var inputs: [ValueID?] = [node.inputs.first ?? nil]
    for index in 1...2 {
      let column: ValueID = builder.addConstant(Tensor([Int64(groups), 1]))
      let matrix: ValueID = builder.addConstant(Tensor([Int64(groups), Int64(channels / groups)]))
      let flat: ValueID = builder.addConstant(Tensor([Int64(channels)]))
      guard index < node.inputs.count, let input = node.inputs[index] else {
        throw node.error(.invalidInput, "scale and bias are required")
      }
      let shaped: [ValueID] = try builder.add(ReshapeOp.self, inputs: [input, column])
      let repeated: [ValueID] = try builder.add(ExpandOp.self, inputs: [shaped[0], matrix])
      inputs.append(try builder.add(ReshapeOp.self, inputs: [repeated[0], flat])[0])
    }
    let epsilon: Float = try node.float("epsilon") ?? 1e-5
    return try builder.add(
      Self.self, [Attribute("num_groups", groups), Attribute("epsilon", epsilon)], inputs: inputs)
  }

  package var attributes: [Attribute] {
    [
      Attribute("num_groups", groups), Attribute("epsilon", epsilon), Attribute("stash_type", stashType),
    ]
  }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try checkChannelParameters(context)
    if let channels = context.dimensions(0)?[1].value, channels % groups != 0 {
      throw context.error(.shapeMismatch, "\(channels) channels can't be divided into \(groups) groups")
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try groupedNormalizationStep(&context, groups: groups, epsilon: epsilon)
    }
  }
}
