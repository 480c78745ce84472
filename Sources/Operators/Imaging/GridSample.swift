package import Graphs
internal import Tensors

/// `GridSample`: for each point of `grid` [N, points..., D], in [-1, 1] along each of the D spatial axes
/// (the last axis first), the input [N, C, spatial...] at that position, by the nearest, the linear or the
/// cubic (a = -0.75) neighbours: [N, C, points...]. Beyond the edge lie zeros, the edge element (border), or
/// the reflected input. Integers are computed in float64.
///
/// ONNX operator set: GridSample-16 to 22; before 20 the modes are called bilinear and bicubic. Refused:
/// a grid that does not fit the input, more than six spatial axes.
package struct GridSampleOp: KernelOperator {
  package static let schema = OperatorSchema(
    "GridSample", since: [16, 20, 22],
    inputs: [Parameter("X", TypeSet.numbers | [.bool], variable: "T1"), Parameter("grid", .floats)],
    outputs: [Parameter("Y", TypeSet.numbers | [.bool], variable: "T1")],
    attributes: ["align_corners", "mode", "padding_mode"])

  package enum Mode: String, Sendable { case nearest, linear, cubic }
  package enum Padding: String, Sendable { case zeros, border, reflection }

  package let mode: Mode
  package let padding: Padding
  package let alignsCorners: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    var name: String = try node.string("mode") ?? "linear"
    if name == "bilinear" { name = "linear" }
    if name == "bicubic" { name = "cubic" }
    guard let mode = Mode(rawValue: name) else {
      throw node.error(
        .invalidAttribute, "attribute 'mode' must be nearest, linear or cubic, found '\(name)'")
    }
    let beyond: String = try node.string("padding_mode") ?? "zeros"
    guard let padding = Padding(rawValue: beyond) else {
      throw node.error(
        .invalidAttribute, "attribute 'padding_mode' must be zeros, border or reflection, found '\(beyond)'")
    }
    self.mode = mode
    self.padding = padding
    alignsCorners = try node.flag("align_corners") ?? false
  }

  package var attributes: [Attribute] {
    [
      Attribute("mode", mode.rawValue), Attribute("padding_mode", padding.rawValue),
      Attribute("align_corners", alignsCorners),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0), let grid = context.dimensions(1) else {
      let rank: Int? = context.rank(0) ?? context.rank(1)
      context.setOutput(0, context.elementType(0), rank.map { context.freshDimensions($0) })
      return
    }
    guard input.count == grid.count, input.count >= 3, input.count <= 8 else {
      throw context.error(.shapeMismatch, "input and grid must have one rank of 3 to 8")
    }
    if let width = grid[grid.count - 1].value, width != input.count - 2 {
      throw context.error(
        .shapeMismatch, "the grid's points have \(width) coordinates, the input \(input.count - 2) axes")
    }
    if let a = input[0].value, let b = grid[0].value, a != b {
      throw context.error(.shapeMismatch, "batches of \(a) and \(b)")
    }
    context.setOutput(0, context.elementType(0), [input[0], input[1]] + Array(grid[1..<grid.count - 1]))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let types: [ElementType] = [context.input(0).elementType, context.input(1).elementType]
    if types.contains(where: \.isHalfFloat), types.allSatisfy({ $0.isHalfFloat || $0 == .float32 }) {
      return try context.widened { context throws(PlanError) in try prepareFloats(&context) }
    }
    return try prepareFloats(&context)
  }

  private func prepareFloats(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (input, grid, output) = (context.input(0), context.input(1), context.output(0))
    let sampler = GridSampler(
      input: input.shape, points: grid.shape.count(1..<grid.shape.rank - 1), mode: mode, padding: padding,
      alignsCorners: alignsCorners)
    context.reserveScratch(sampler.scratchBytes)
    if input.elementType == .float32, grid.elementType == .float32 {
      return Step { run in
        sampler.run(
          run, run.output(output.slot, as: Float.self), run.input(input.slot, as: Float.self),
          run.input(grid.slot, as: Float.self))
      }
    }
    guard let load = input.elementType.visit(DoubleLoader(slot: input.slot, count: input.shape.count)),
      let loadGrid = grid.elementType.visit(DoubleLoader(slot: grid.slot, count: grid.shape.count)),
      let store = output.elementType.visit(DoubleStorer(slot: output.slot, count: output.shape.count))
    else { throw context.unsupported(input.elementType) }
    let source: Int = context.temporary(input.shape.count &* 8)
    let places: Int = context.temporary(grid.shape.count &* 8)
    let result: Int = context.temporary(output.shape.count &* 8)
    return Step { run in
      load(run, run.output(source))
      loadGrid(run, run.output(places))
      sampler.run(
        run, run.output(result, as: Double.self), run.input(source, as: Double.self),
        run.input(places, as: Double.self))
      store(run, run.input(result))
    }
  }
}
