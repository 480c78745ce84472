package import Graphs
internal import KernelInterface
package import Tensors

/// `Resize`: the input resampled along its axes, each output position from the nearest, the two linear, or
/// the four cubic neighbours of the input position that the coordinate transformation gives it. The output's
/// extents are `sizes`, or the input's times `scales`, rounded down.
///
/// ONNX operator set: Resize-10 to 19. Refused: both or neither of scales and sizes, scales that are not
/// positive, and an empty axis that should grow. Integers are resampled in float64 and rounded to the
/// nearest.
package struct ResizeOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "Resize", since: [10, 11, 13, 18, 19],
    inputs: [
      Parameter("X", .all, variable: "T1"), Parameter("roi", .floats, .optional),
      Parameter("scales", [.float32], .optional), Parameter("sizes", [.int64], .optional),
    ],
    outputs: [Parameter("Y", .all, variable: "T1")],
    attributes: [
      "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
      "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
    ])

  package enum Mode: String, Sendable { case nearest, linear, cubic }
  package enum AspectPolicy: String, Sendable {
    case stretch
    case notLarger = "not_larger"
    case notSmaller = "not_smaller"
  }

  package let mode: Mode
  package let coordinates: ResizeCoordinates
  package let rounding: NearestRounding
  package let policy: AspectPolicy
  package private(set) var axes: [Int]?
  package let antialias: Bool
  package let excludesOutside: Bool
  package let cubicCoefficient: Float
  package let extrapolation: Float

  package init(_ node: inout NodeReader) throws(GraphError) {
    func choice<Choice: RawRepresentable>(_ name: String, _ standard: Choice) throws(GraphError) -> Choice
    where Choice.RawValue == String {
      guard let text = try node.string(name) else { return standard }
      guard let choice = Choice(rawValue: text) else {
        throw node.error(.invalidAttribute, "attribute '\(name)' can't be '\(text)'")
      }
      return choice
    }
    let isFirst: Bool = node.version < 11
    mode = try choice("mode", .nearest)
    coordinates = try choice("coordinate_transformation_mode", isFirst ? .asymmetric : .halfPixel)
    rounding = try choice("nearest_mode", isFirst ? .floor : .preferFloor)
    policy = try choice("keep_aspect_ratio_policy", .stretch)
    axes = try node.ints("axes")
    antialias = try node.flag("antialias") ?? false
    excludesOutside = try node.flag("exclude_outside") ?? false
    cubicCoefficient = try node.float("cubic_coeff_a") ?? -0.75
    extrapolation = try node.float("extrapolation_value") ?? 0
    if isFirst, node.inputs.count == 2 { node.inputs = [node.inputs[0], nil, node.inputs[1]] }
    guard node.hasInput(2) || node.hasInput(3) else {
      throw node.error(.invalidInput, "expected scales or sizes")
    }
    if antialias, mode == .nearest {
      throw node.error(.invalidAttribute, "the nearest element can't be antialiased")
    }
  }

  /// The same resizing with scales and sizes for other axes.
  package func along(_ axes: [Int]) -> ResizeOp {
    var result: ResizeOp = self
    result.axes = axes
    return result
  }

  package var attributes: [Attribute] {
    [
      Attribute("mode", mode.rawValue), Attribute("coordinate_transformation_mode", coordinates.rawValue),
      Attribute("nearest_mode", rounding.rawValue), Attribute("keep_aspect_ratio_policy", policy.rawValue),
      Attribute("antialias", antialias), Attribute("exclude_outside", excludesOutside),
      Attribute("cubic_coeff_a", cubicCoefficient), Attribute("extrapolation_value", extrapolation),
    ] + (axes.map { [Attribute("axes", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let axes: [Int] = try context.normalized(axes: self.axes ?? Array(input.indices), rank: input.count)
    var result: [Dimension] = input
    let scales: Tensor? = context.tensor(2)
    if let shape = context.type(0)?.shape, let all = resizedAxes(shape, axes, scales, context.tensor(3), nil)
    {
      for (axis, resized) in zip(axes, all) {
        guard resized.scale > 0, resized.scale.isFinite, resized.inLength > 0 || resized.outLength == 0 else {
          throw context.error(
            .invalidInput, "axis \(axis) of \(resized.inLength) elements can't be scaled by \(resized.scale)")
        }
        result[axis] = Dimension(resized.outLength)
      }
    } else if scales.map({ $0.count > 0 && $0.count != axes.count }) ?? false {
      throw context.error(.shapeMismatch, "expected \(axes.count) scales, found \(scales?.count ?? 0)")
    } else if let factors = scales?.elements(Float.self), factors.count == axes.count {
      for (axis, factor) in zip(axes, factors) where factor != 1 {
        let isWhole: Bool = factor == factor.rounded() && factor >= 1 && factor < 0x1p24
        result[axis] = isWhole ? input[axis] * Dimension(Int(factor)) : context.freshDimension()
      }
    } else if policy == .stretch, let sizes = context.knownDimensions(3), sizes.count == axes.count {
      for (axis, size) in zip(axes, sizes) { result[axis] = size }
    } else {
      if let scales, scales.count == 0, !context.hasInput(3) {
        throw context.error(.invalidInput, "expected scales or sizes")
      }
      for axis in axes { result[axis] = context.freshDimension() }
    }
    context.setOutput(0, context.elementType(0), result)
  }

  /// The axes in `axes` for an input of `shape`; nil where scales and sizes are not known or don't match.
  func resizedAxes(_ shape: Shape, _ axes: [Int], _ scales: Tensor?, _ sizes: Tensor?, _ roi: [Double]?)
    -> [ResizeAxis]?
  {
    var result: [ResizeAxis] = []
    if let scales, scales.count > 0 {
      guard scales.count == axes.count else { return nil }
      for (axis, scale) in zip(axes, scales.elements(Float.self)) {
        let length: Float = (Float(shape[axis]) * scale).rounded(.down)
        guard length >= 0, length < 0x1p40 else {
          result.append(ResizeAxis(inLength: shape[axis], outLength: 0, scale: -1))
          continue
        }
        result.append(ResizeAxis(inLength: shape[axis], outLength: Int(length), scale: Double(scale)))
      }
    } else if let sizes = sizes?.integers, sizes.count == axes.count {
      let factors: [Double] = zip(axes, sizes).map { axis, size in Double(size) / Double(max(shape[axis], 1))
      }
      let common: Double? =
        switch policy {
        case .stretch: nil
        case .notLarger: factors.min()
        case .notSmaller: factors.max()
        }
      for (index, axis) in axes.enumerated() {
        let length: Int = common.map { Int(($0 * Double(shape[axis]) + 0.5).rounded(.down)) } ?? sizes[index]
        result.append(
          ResizeAxis(inLength: shape[axis], outLength: max(length, 0), scale: common ?? factors[index]))
      }
    } else {
      return nil
    }
    if coordinates == .cropAndResize, let roi, roi.count == 2 * axes.count {
      for index in axes.indices { result[index].roi = (roi[index], roi[index + axes.count]) }
    }
    return result
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape: Shape = context.input(0).shape
    let axes: [Int] = (self.axes ?? Array(0..<shape.rank)).map { shape.normalized(axis: $0) ?? 0 }
    let roi: [Double]? = context.optionalInput(1)?.constant?.reals
    guard coordinates != .cropAndResize || roi?.count == 2 * axes.count else {
      throw context.error(.unknownShape, "the region of interest is not known before the run")
    }
    guard
      let resized = resizedAxes(
        shape, axes, context.optionalInput(2)?.constant, context.optionalInput(3)?.constant, roi)
    else { throw context.error(.unknownShape, "scales and sizes are not known before the run") }
    var all: [ResizeAxis] = shape.extents.map { ResizeAxis(inLength: $0, outLength: $0, scale: 1) }
    for (axis, change) in zip(axes, resized) { all[axis] = change }
    if mode == .nearest {
      return try context.moving { context throws(PlanError) in try nearestStep(context, all) }
    }
    return try weightedStep(&context, all)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard mode == .nearest else { throw context.error(.unsupportedType, "strings can't be interpolated") }
    return try context.movingStrings(self, inputs, data: [0])
  }
}
