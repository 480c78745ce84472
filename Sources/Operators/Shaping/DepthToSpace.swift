package import Graphs
internal import KernelInterface
package import Tensors

/// `DepthToSpace`: blocks of `blocksize * blocksize` channels become blocks of pixels: `[n, c, h, w]` to
/// `[n, c / b^2, h * b, w * b]`. `mode` says how a block lies in the channels.
///
/// ONNX operator set: DepthToSpace-1 to 28. Refused: channels that the block does not divide.
package struct DepthToSpaceOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "DepthToSpace", since: [1, 11, 13, 28],
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
    let area = Dimension(block * block)
    if let channels = input[1].value, channels % (block * block) != 0 {
      throw context.error(.shapeMismatch, "\(channels) channels are no multiple of \(block * block)")
    }
    let size = Dimension(block)
    context.setOutput(
      0, context.elementType(0), [input[0], input[1].divided(by: area), input[2] * size, input[3] * size])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let blocks = SpaceDepthBlocks(
        batch: input[0], channels: context.output(0).shape[1], height: input[2], width: input[3],
        block: block, order: order)
      return copyStep(
        context,
        CopyPlan(sizes: blocks.sizes, outStrides: blocks.spaceStrides, inStrides: blocks.depthStrides))
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0])
  }
}

extension NodeReader {
  /// The attributes `blocksize` and `mode`.
  func blocks() throws(GraphError) -> (block: Int, order: BlockOrder) {
    let block: Int = try required("blocksize", try int("blocksize"))
    guard block > 0, block <= 1 << 20 else {
      throw error(.invalidAttribute, "attribute 'blocksize' must be positive, found \(block)")
    }
    let name: String = try string("mode") ?? "DCR"
    guard let order = BlockOrder(rawValue: name) else {
      throw error(.invalidAttribute, "attribute 'mode' must be DCR or CRD, found '\(name)'")
    }
    return (block, order)
  }
}
