package import Graphs
internal import Tensors

/// `MaxRoiPool`: for each region of interest [batch, x1, y1, x2, y2], times `spatial_scale` and rounded, the
/// largest element of each of `pooled_shape` bins; 0 for a bin without elements.
///
/// ONNX operator set: MaxRoiPool-1 to 22. Refused while running: a batch index out of range.
package struct MaxRoiPoolOp: KernelOperator {
  package static let schema = OperatorSchema(
    "MaxRoiPool", since: [1, 22],
    inputs: [Parameter("X", .floats, variable: "T"), Parameter("rois", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["pooled_shape", "spatial_scale"])

  package let pooled: [Int]
  package let scale: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    pooled = try node.required("pooled_shape", try node.ints("pooled_shape"))
    scale = try node.float("spatial_scale") ?? 1
    guard pooled.count == 2, pooled.allSatisfy({ $0 > 0 }) else {
      throw node.error(.invalidAttribute, "attribute 'pooled_shape' must be two extents, found \(pooled)")
    }
  }

  package var attributes: [Attribute] {
    [Attribute("pooled_shape", pooled), Attribute("spatial_scale", scale)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let input: [Dimension]? = context.dimensions(0)
    if let input, input.count != 4 {
      throw context.error(.shapeMismatch, "expected [N, C, H, W], found rank \(input.count)")
    }
    if let regions = context.dimensions(1), regions.count != 2 || regions[1].value ?? 5 != 5 {
      throw context.error(.shapeMismatch, "expected regions [n, 5]")
    }
    let count: Dimension = context.dimensions(1)?[0] ?? context.freshDimension()
    context.setOutput(
      0, context.elementType(0),
      [count, input?[1] ?? context.freshDimension(), Dimension(pooled[0]), Dimension(pooled[1])])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { context throws(PlanError) in
      let (input, regions, output) = (context.input(0), context.input(1), context.output(0))
      let pooler = RoiPooler(
        image: input.shape, regions: regions.shape[0], rows: pooled[0], columns: pooled[1],
        scale: Double(scale))
      if input.elementType == .float32 {
        return Step { run throws(ExecutionError) in
          try pooler.run(
            run, run.output(output.slot, as: Float.self), run.input(input.slot, as: Float.self),
            run.input(regions.slot, as: Float.self))
        }
      }
      return Step { run throws(ExecutionError) in
        try pooler.run(
          run, run.output(output.slot, as: Double.self), run.input(input.slot, as: Double.self),
          run.input(regions.slot, as: Double.self))
      }
    }
  }
}

private struct RoiPooler: Sendable {
  let image: Shape
  let regions: Int
  let rows: Int
  let columns: Int
  let scale: Double

  func run<Element: BinaryFloatingPoint>(
    _ run: RunContext, _ out: UnsafeMutablePointer<Element>, _ input: UnsafePointer<Element>,
    _ boxes: UnsafePointer<Element>
  ) throws(ExecutionError) {
    for region in 0..<regions {
      let batch: Element = boxes[region &* 5]
      guard batch >= 0, batch < Element(image[0]) else {
        throw ExecutionError(
          .indexOutOfRange, "batch index \(batch) is outside [0, \(image[0] - 1)] (region \(region))")
      }
    }
    run.parallel(regions) { region, _ in
      let box = boxes + region &* 5
      for channel in 0..<image[1] {
        let plane = input + (Int(box[0]) &* image[1] &+ channel) &* image[2] &* image[3]
        let bins = out + (region &* image[1] &+ channel) &* rows &* columns
        for bin in 0..<rows &* columns {
          let lines: Range<Int> = span(box[2], box[4], bin / columns, rows, image[2])
          let places: Range<Int> = span(box[1], box[3], bin % columns, columns, image[3])
          var largest: Element = lines.isEmpty || places.isEmpty ? 0 : -Element.infinity
          for line in lines {
            for place in places { largest = max(largest, plane[line &* image[3] &+ place]) }
          }
          bins[bin] = largest
        }
      }
    }
  }

  /// The elements of bin `bin` of `count` in a region along an axis.
  @inline(__always)
  private func span<Element: BinaryFloatingPoint>(
    _ low: Element, _ high: Element, _ bin: Int, _ count: Int, _ extent: Int
  ) -> Range<Int> {
    let start: Double = (Double(low) * scale).rounded()
    let end: Double = (Double(high) * scale).rounded()
    let size: Double = max(end - start + 1, 1) / Double(count)
    let first: Double = (Double(bin) * size).rounded(.down) + start
    let last: Double = (Double(bin + 1) * size).rounded(.up) + start
    guard first.isFinite, last.isFinite else { return 0..<0 }
    let lower = Int(max(0, min(first, Double(extent))))
    return lower..<max(lower, Int(max(0, min(last, Double(extent)))))
  }
}
