package import Graphs
internal import Tensors

/// `RoiAlign`: for each region of interest [x1, y1, x2, y2], times `spatial_scale`, of the image that
/// `batch_indices` names, `output_height` x `output_width` bins, each the mean (or largest) of
/// `sampling_ratio`^2 points sampled linearly (0: as many as the bin has elements).
///
/// ONNX operator set: RoiAlign-10 to 22; before 16 regions are not moved by half an element. Mode max takes
/// the largest weighted neighbour, as ONNX defines it. Refused while running: a batch index out of range,
/// regions of more than 2^20 points a bin.
package struct RoiAlignOp: KernelOperator {
  package static let schema = OperatorSchema(
    "RoiAlign", since: [10, 16, 22],
    inputs: [
      Parameter("X", .floats, variable: "T1"), Parameter("rois", .floats, variable: "T1"),
      Parameter("batch_indices", [.int64]),
    ],
    outputs: [Parameter("Y", .floats, variable: "T1")],
    attributes: [
      "coordinate_transformation_mode", "mode", "output_height", "output_width", "sampling_ratio",
      "spatial_scale",
    ])

  package let takesMaximum: Bool
  package let movesHalf: Bool
  package let height: Int
  package let width: Int
  package let samples: Int
  package let scale: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    let mode: String = try node.string("mode") ?? "avg"
    let standard: String = node.version < 16 ? "output_half_pixel" : "half_pixel"
    let coordinates: String = try node.string("coordinate_transformation_mode") ?? standard
    height = try node.int("output_height") ?? 1
    width = try node.int("output_width") ?? 1
    samples = try node.int("sampling_ratio") ?? 0
    scale = try node.float("spatial_scale") ?? 1
    takesMaximum = mode == "max"
    movesHalf = coordinates == "half_pixel"
    guard mode == "avg" || mode == "max", movesHalf || coordinates == "output_half_pixel" else {
      throw node.error(.invalidAttribute, "mode '\(mode)' with '\(coordinates)' is not known")
    }
    guard height > 0, width > 0, samples >= 0, samples <= 1024 else {
      throw node.error(.invalidAttribute, "\(height) x \(width) bins of \(samples) samples")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("mode", takesMaximum ? "max" : "avg"),
      Attribute("coordinate_transformation_mode", movesHalf ? "half_pixel" : "output_half_pixel"),
      Attribute("output_height", height), Attribute("output_width", width),
      Attribute("sampling_ratio", samples), Attribute("spatial_scale", scale),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let input: [Dimension]? = context.dimensions(0)
    if let input, input.count != 4 {
      throw context.error(.shapeMismatch, "expected [N, C, H, W], found rank \(input.count)")
    }
    if let regions = context.dimensions(1), regions.count != 2 || regions[1].value ?? 4 != 4 {
      throw context.error(.shapeMismatch, "expected regions [n, 4]")
    }
    if let a = context.type(1)?.shape, let b = context.type(2)?.shape, b != [a[0]] {
      throw context.error(.shapeMismatch, "\(a[0]) regions with batch indices of shape \(b)")
    }
    let count: Dimension = context.dimensions(1)?[0] ?? context.freshDimension()
    context.setOutput(
      0, context.elementType(0),
      [count, input?[1] ?? context.freshDimension(), Dimension(height), Dimension(width)])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { context throws(PlanError) in
      let (input, regions, output) = (context.input(0), context.input(1), context.output(0))
      let aligner = RoiAligner(
        image: input.shape, regions: regions.shape[0], height: height, width: width, samples: samples,
        scale: Double(scale), offset: movesHalf ? 0.5 : 0, takesMaximum: takesMaximum)
      let batches: Int = context.input(2).slot
      if input.elementType == .float32 {
        return Step { run throws(ExecutionError) in
          try aligner.run(
            run, run.output(output.slot, as: Float.self), run.input(input.slot, as: Float.self),
            run.input(regions.slot, as: Float.self), run.input(batches))
        }
      }
      return Step { run throws(ExecutionError) in
        try aligner.run(
          run, run.output(output.slot, as: Double.self), run.input(input.slot, as: Double.self),
          run.input(regions.slot, as: Double.self), run.input(batches))
      }
    }
  }
}
