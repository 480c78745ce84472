package import Graphs
internal import KernelInterface
internal import Tensors

/// `MeanVarianceNormalization`: `y = (x - mean) / (deviation + 1e-9)`, the statistics being taken over
/// `axes`.
///
/// ONNX operator set: MeanVarianceNormalization-9 to 13.
package struct MeanVarianceNormalizationOp: KernelOperator {
  package static let schema = OperatorSchema(
    "MeanVarianceNormalization", since: [9, 13],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["axes"])

  package let axes: [Int]

  package init(_ node: inout NodeReader) throws(GraphError) { axes = try node.ints("axes") ?? [0, 2, 3] }

  package var attributes: [Attribute] { [Attribute("axes", axes)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let rank = context.rank(0) { _ = try context.normalized(axes: axes, rank: rank) }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.input(0).elementType {
      case .float32: step(&context, Float.self)
      case .float64: step(&context, Double.self)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }

  /// Brings the axes together at the end, normalizes rows, and goes back.
  private func step<Element: BinaryFloatingPoint & TensorElement>(
    _ context: inout PrepareContext, _ type: Element.Type
  ) -> Step {
    let shape: Shape = context.input(0).shape
    let named: [Int] = axes.compactMap { shape.normalized(axis: $0) }.sorted()
    let kept: [Int] = (0..<shape.rank).filter { !named.contains($0) }
    let order: [Int] = kept + named
    let forward = CopyPlan.permutation(of: shape.extents, by: order)
    var inverse: [Int] = order
    for (position, axis) in order.enumerated() { inverse[axis] = position }
    let backward = CopyPlan.permutation(of: order.map { shape[$0] }, by: inverse)
    let (rows, columns): (Int, Int) = (shape.count(kept), shape.count(named))
    let size: Int = MemoryLayout<Element>.stride
    let rowsSlot: Int = context.temporary(shape.count * size)
    let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
    let movement: MovementKernels = context.kernels.movement
    return Step { run in
      forward.run(movement, out: run.slots[rowsSlot], input: run.slots[xSlot], elementSize: size)
      let lines = run.output(rowsSlot, as: Element.self)
      run.parallel(rows) { row, _ in
        let line = lines + row &* columns
        let found: (mean: Double, variance: Double) = NormalizationScalars.moments(line, columns)
        let deviation: Double = found.variance.squareRoot() + 1e-9
        for column in 0..<columns { line[column] = Element((Double(line[column]) - found.mean) / deviation) }
      }
      backward.run(movement, out: run.slots[ySlot], input: run.slots[rowsSlot], elementSize: size)
    }
  }
}
