package import Graphs
internal import Tensors

/// `Upsample`: the former name of `Resize` with scales, positions divided by the scale (asymmetric) and
/// rounded down.
///
/// ONNX operator set: Upsample-7 to 10; in version 7 the scales are an attribute.
package struct UpsampleOp: ExpandedOperator {
  package static let schema = OperatorSchema(
    "Upsample", since: [7, 9, 10],
    inputs: [Parameter("X", .all, variable: "T"), Parameter("scales", [.float32], .optional)],
    outputs: [Parameter("Y", .all, variable: "T")],
    attributes: ["mode", "scales"])

  package static func expand(_ node: inout NodeReader, into builder: inout GraphBuilder) throws(GraphError)
    -> [ValueID?]
  {
    var scales: ValueID? = node.inputs.count > 1 ? node.inputs[1] : nil
    if let factors = try node.floats("scales") { scales = builder.addConstant(Tensor(factors)) }
    guard scales != nil else { throw node.error(.missingAttribute, "attribute 'scales' is required") }
    let mode: String = try node.string("mode") ?? "nearest"
    return try builder.add(
      ResizeOp.self,
      [
        Attribute("mode", mode == "bilinear" ? "linear" : mode),
        Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor"),
      ], inputs: [node.inputs.first ?? nil, nil, scales])
  }
}
