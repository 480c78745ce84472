package import Graphs
internal import KernelInterface
package import Tensors

/// `SpaceToDepth`: blocks of `blocksize * blocksize` pixels become channels: `[n, c, h, w]` to
/// `[n, c * b^2, h / b, w / b]`. `mode` says how a block lies in the channels.
///
/// ONNX operator set: SpaceToDepth-1 to 28. Refused: a height or width that the block does not divide.
package struct SpaceToDepthOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "SpaceToDepth", since: [1, 13, 28],
    inputs: [Parameter("input", .all, variable: "T")],
    outputs: [Parameter("output", .all, variable: "T")],
    attributes: ["blocksize", "mode"])

  package let block: Int
  package let order: BlockOrder

  package init(_ node: inout NodeReader) throws(GraphError) {
    (block, order) = try node.blocks()
  }

  package var attributes: [Attribute] { [Attribute("blocksize", block), Attribute("mode", order.rawValue)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), context.freshDimensions(4))
      return
    }
    guard input.count == 4 else {
      throw context.error(.shapeMismatch, "expected [N, C, H, W], found rank \(input.count)")
    }
    for extent in input[2...].compactMap(\.value) where extent % block != 0 {
      throw context.error(.shapeMismatch, "extent \(extent) is no multiple of \(block)")
    }
    let size = Dimension(block)
    context.setOutput(
      0, context.elementType(0),
      [input[0], input[1] * Dimension(block * block), input[2].divided(by: size), input[3].divided(by: size)])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let output: Shape = context.output(0).shape
      let blocks = SpaceDepthBlocks(
        batch: output[0], channels: context.input(0).shape[1], height: output[2], width: output[3],
        block: block, order: order)
      return copyStep(
        context,
        CopyPlan(sizes: blocks.sizes, outStrides: blocks.depthStrides, inStrides: blocks.spaceStrides))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}
