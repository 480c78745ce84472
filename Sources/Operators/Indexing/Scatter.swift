package import Graphs
internal import Tensors

/// `Scatter`: the former name of `ScatterElements`, without a reduction.
///
/// ONNX operator set: Scatter-9 to 11.
package struct ScatterOp: ExpandedOperator {
  package static let schema = OperatorSchema(
    "Scatter", since: [9, 11],
    inputs: [
      Parameter("data", .all, variable: "T"), Parameter("indices", .indices),
      Parameter("updates", .all, variable: "T"),
    ],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["axis"])

  package static func expand(_ node: inout NodeReader, into builder: inout GraphBuilder) throws(GraphError)
    -> [ValueID?]
  {
    let axis: Int = try node.int("axis") ?? 0
    return try builder.add(ScatterElementsOp.self, [Attribute("axis", axis)], inputs: node.inputs)
  }
}
