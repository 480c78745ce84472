package import Graphs
internal import Tensors

/// `AffineGrid`: for each batch entry the points of an image of extents `size` [N, C, spatial...], each
/// coordinate in [-1, 1], mapped by the affine map `theta` [N, D, D + 1]: [N, spatial..., D], the last axis'
/// coordinate first. The outermost points are the centres of the edge elements with `align_corners`, else
/// the edges lie at -1 and 1.
///
/// ONNX operator set: AffineGrid-20. Refused: other than 2 or 3 spatial axes.
package struct AffineGridOp: KernelOperator {
  package static let schema = OperatorSchema(
    "AffineGrid", since: [20],
    inputs: [Parameter("theta", .floats, variable: "T1"), Parameter("size", [.int64])],
    outputs: [Parameter("grid", .floats, variable: "T1")],
    attributes: ["align_corners"])

  package let alignsCorners: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    alignsCorners = try node.flag("align_corners") ?? false
  }

  package var attributes: [Attribute] { [Attribute("align_corners", alignsCorners)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let size = context.knownDimensions(1) else {
      let rank: Int? = context.dimensions(1)?.first?.value
      if let rank { try checkRank(rank, context) }
      context.setOutput(0, context.elementType(0), rank.map { context.freshDimensions($0) })
      return
    }
    try checkRank(size.count, context)
    let axes: Int = size.count - 2
    for extent in size.compactMap(\.value) where extent < 0 {
      throw context.error(.shapeMismatch, "extent \(extent) of the size is negative")
    }
    if let theta = context.type(0)?.shape, let batch = size[0].value, theta != [batch, axes, axes + 1] {
      throw context.error(.shapeMismatch, "expected theta [\(batch), \(axes), \(axes + 1)], found \(theta)")
    }
    context.setOutput(0, context.elementType(0), [size[0]] + Array(size[2...]) + [Dimension(axes)])
  }

  private func checkRank(_ rank: Int, _ context: InferenceContext) throws(GraphError) {
    guard rank == 4 || rank == 5 else {
      throw context.error(.shapeMismatch, "expected a size of 4 or 5 extents, found \(rank)")
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (theta, output) = (context.input(0), context.output(0))
    let axes: Int = output.shape.rank - 2
    let extents: [Int] = Array(output.shape.extents[1...axes])
    guard let load = theta.elementType.visit(DoubleLoader(slot: theta.slot, count: theta.shape.count)),
      let store = output.elementType.visit(DoubleStorer(slot: output.slot, count: output.shape.count))
    else { throw context.unsupported(theta.elementType) }
    let maps: Int = context.temporary(theta.shape.count &* 8)
    let result: Int = context.temporary(output.shape.count &* 8)
    let (batches, points) = (output.shape[0], extents.reduce(1, &*))
    let aligned: Bool = alignsCorners
    return Step { run in
      load(run, run.output(maps))
      let map = run.input(maps, as: Double.self)
      let out = run.output(result, as: Double.self)
      run.forRanges(of: batches &* points, grain: 1 << 12) { range, _ in
        for entry in range {
          let row = map + entry / points &* axes &* (axes &+ 1)
          for axis in 0..<axes {
            var rest: Int = entry % points
            var sum: Double = row[axis &* (axes &+ 1) &+ axes]
            var place: Int = axes &- 1
            while place >= 0 {
              let extent: Int = extents[place]
              let index = Double(rest % extent)
              rest /= extent
              let divisor = Double(extent &- 1)
              let centre: Double =
                aligned
                ? (extent > 1 ? 2 * index / divisor - 1 : -1)
                : (2 * index + 1) / Double(extent) - 1
              sum += row[axis &* (axes &+ 1) &+ (axes &- 1 &- place)] * centre
              place &-= 1
            }
            out[entry &* axes &+ axis] = sum
          }
        }
      }
      store(run, run.input(result))
    }
  }
}
