package import Graphs
internal import KernelInterface
internal import Tensors

/// `Clip`: `min(max(x, low), high)` of every element, for the bounds that are given, each a scalar; where
/// low is above high, everything becomes high. NaN stays NaN.
///
/// ONNX operator set: Clip-6 to 13. The bounds were attributes before version 11.
package struct ClipOp: KernelOperator, InPlaceOperator, LegacyOperator {
  package static let schema = OperatorSchema(
    "Clip", since: [6, 11, 12, 13],
    inputs: [
      Parameter("input", .numbers, variable: "T"), Parameter("min", .numbers, .optional, variable: "T"),
      Parameter("max", .numbers, .optional, variable: "T"),
    ],
    outputs: [Parameter("output", .numbers, variable: "T")],
    attributes: ["min", "max"])

  package init(_ node: inout NodeReader) throws(GraphError) {
    guard node.version < 11 else {
      if node.has("min") || node.has("max") {
        throw node.error(.invalidAttribute, "the bounds are inputs since version 11")
      }
      return
    }
    guard let type = node.type(ofInput: 0)?.elementType else { return }
    for (index, name) in ["min", "max"].enumerated() {
      guard let bound = try node.float(name) else { continue }
      let tensor = Tensor(scalar: bound)
      guard let convert = ElementConversion(.float32, type) else { continue }
      node.setInput(index + 1, to: convert.convert(tensor, to: type))
    }
  }

  /// Where the input's type isn't known yet, the bounds of an old form take it when it is.
  package static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder)
    throws(GraphError) -> [ValueID?]?
  {
    guard node.version < 11, node.type(ofInput: 0) == nil, let input = node.inputs.first ?? nil else {
      return nil
    }
    var inputs: [ValueID?] = [input, nil, nil]
    for (index, name) in ["min", "max"].enumerated() {
      guard let bound = try node.float(name) else { continue }
      let constant: ValueID = builder.addConstant(Tensor(scalar: bound))
      inputs[index + 1] = try builder.add(CastLikeOp.self, inputs: [constant, input])[0]
    }
    return try builder.add(ClipOp.self, inputs: inputs)
  }

  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
    for index in 1...2 {
      guard let shape = context.type(index)?.shape, shape.count != 1 else { continue }
      throw context.error(.shapeMismatch, "a bound must be a scalar, found shape \(shape)")
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let input: PrepareContext.Operand = context.input(0)
    let (low, high) = (context.optionalInput(1), context.optionalInput(2))
    if input.elementType.isFloatingPoint, input.elementType != .float64, low?.isKnown ?? true,
      high?.isKnown ?? true
    {
      return try unaryStep(
        &context, .clip, alpha: low?.scalar ?? -Double.infinity, beta: high?.scalar ?? Double.infinity)
    }
    var steps: [Step] = []
    var source: PrepareContext.Operand = input
    let output: PrepareContext.Operand = context.output(0)
    for (bound, function) in [(low, BinaryFunction.max), (high, .min)] {
      guard let bound else { continue }
      let scalar = PrepareContext.Operand(
        elementType: bound.elementType, shape: .scalar, slot: bound.slot, constant: bound.constant)
      steps.append(try binaryFunction(function, &context).prepare(&context, source, scalar, output))
      source = output
    }
    return steps.isEmpty ? copyStep(context) : inSequence(steps)
  }
}

extension PrepareContext.Operand {
  fileprivate var isKnown: Bool { constant != nil }

  /// The value of a constant of one element.
  fileprivate var scalar: Double? {
    guard let constant, let convert = ElementConversion(constant.elementType, .float64) else { return nil }
    return convert.convert(constant, to: .float64).elements(Double.self).first
  }
}
