package import Graphs
internal import KernelInterface
package import Tensors

/// `Conv`: the cross-correlation of X [batch, channels, spatial...] with W [features, channels / group,
/// kernel...], plus a bias for each feature:
///
///     Y[b, o, p] = B[o] + sum over c, t of X[b, c, p * stride - pad + t * dilation] * W[o, c, t]
///
/// One to three spatial axes (none is a plain product for each batch).
///
/// ONNX operator set: Conv-1 to 22.
package struct ConvOp: ProductOperator, StridedOperator {
  package static let schema = OperatorSchema(
    "Conv", since: [1, 11, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("B", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: Window.attributeNames + ["group"])

  var geometry: ConvolutionGeometry

  package init(_ node: inout NodeReader) throws(GraphError) {
    geometry = try ConvolutionGeometry(node)
  }

  package var groups: Int { geometry.groups }
  /// How X and Y lie; a file knows channels-first alone.
  package var layouts: ImageLayouts { geometry.layouts }

  /// The same convolution of images that lie otherwise.
  package func with(_ layouts: ImageLayouts) -> ConvOp {
    var result: ConvOp = self
    result.geometry.layouts = layouts
    return result
  }

  package var attributes: [Attribute] { geometry.attributes + geometry.layouts.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context, x: 0, weights: 1)
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func readsStrided(_ index: Int) -> Bool {
    layouts.input == .channelsLast && (index == 0 || index == 3)
  }
  package var writesStrided: Bool { layouts.output == .channelsLast }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard inputs.count > 1, let weights = inputs[1], let count = outputs.first??.count else { return 0 }
    return 2 &* count &* weights.count(1..<weights.rank)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try prepare(&context, ending: ProductEnding())
    }
  }

  package func prepare(_ context: inout PrepareContext, ending: ProductEnding) throws(PlanError) -> Step {
    var ending: ProductEnding = ending
    ending.bias = context.optionalInput(2)
    return try geometry.prepare(
      &context, x: context.input(0), weights: context.input(1), y: context.output(0), ending: ending)
  }
}

/// The attributes of a convolution and what follows from them; shared by all operators that convolve.
struct ConvolutionGeometry: Sendable {
  let window: Window
  let groups: Int
  var layouts = ImageLayouts()

  init(window: Window, groups: Int) {
    self.window = window
    self.groups = groups
  }

  init(_ node: NodeReader) throws(GraphError) {
    window = try Window(node)
    groups = try node.int("group") ?? 1
    guard groups >= 1 else {
      throw node.error(.invalidAttribute, "attribute 'group' must be at least 1, found \(groups)")
    }
  }

  var attributes: [Attribute] { window.attributes + [Attribute("group", groups)] }

  /// The output's dimensions; nil where the ranks are unknown.
  func outputDimensions(_ context: inout InferenceContext, x: Int, weights: Int) throws(GraphError)
    -> [Dimension]?
  {
    guard let stored = context.dimensions(x) else { return nil }
    guard stored.count >= 2 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 2, found \(stored.count)")
    }
    let input: [Dimension] = layouts.input.channelsFirst(stored)
    let output: [Dimension] = try outputDimensions(&context, of: input, weights: weights)
    return layouts.output.stored(output)
  }

  /// The output's dimensions, channels first, for an image of dimensions `input`.
  private func outputDimensions(_ context: inout InferenceContext, of input: [Dimension], weights: Int)
    throws(GraphError) -> [Dimension]
  {
    try window.check(rank: input.count - 2, context)
    guard let filter = context.dimensions(weights) else {
      let fresh: [Dimension] = (1..<input.count).map { _ in context.freshDimension() }
      return [input[0]] + fresh
    }
    guard filter.count == input.count else {
      throw context.error(
        .shapeMismatch, "X has rank \(input.count), but W has \(filter.count)")
    }
    if let channels = input[1].value, let own = filter[1].value, channels != own &* groups {
      throw context.error(
        .shapeMismatch, "X has \(channels) channels, W takes \(own) in each of \(groups) groups")
    }
    if let features = filter[0].value, features % groups != 0 {
      throw context.error(.shapeMismatch, "\(features) features can't be divided into \(groups) groups")
    }
    for (axis, extent) in (window.kernel ?? []).enumerated() {
      if let actual = filter[axis + 2].value, actual != extent {
        throw context.error(.shapeMismatch, "kernel_shape says \(extent), W has \(actual)")
      }
    }
    if filter.dropFirst(2).contains(where: { $0.value == 0 }) {
      throw context.error(.shapeMismatch, "the kernel is empty")
    }
    return [input[0], filter[0]]
      + (try window.positions(Array(input.dropFirst(2)), kernel: Array(filter.dropFirst(2)), &context))
  }

  /// The step in the element type of `y`; 16-bit floats were widened before.
  func prepare(
    _ context: inout PrepareContext, x: PrepareContext.Operand, weights: PrepareContext.Operand,
    y: PrepareContext.Operand, ending: ProductEnding
  ) throws(PlanError) -> Step {
    switch y.elementType {
    case .float32:
      return try prepare(
        &context, context.kernels.convolutionF32, x: x, weights: weights, y: y, ending: ending)
    case .float64:
      return try prepare(
        &context, context.kernels.convolutionF64, x: x, weights: weights, y: y, ending: ending)
    default: throw context.unsupported(y.elementType)
    }
  }

  private func prepare<Element>(
    _ context: inout PrepareContext, _ kernels: ConvolutionKernels<Element>, x: PrepareContext.Operand,
    weights: PrepareContext.Operand, y: PrepareContext.Operand, ending: ProductEnding
  ) throws(PlanError) -> Step where Element: TensorElement {
    let image = Shape(layouts.input.channelsFirst(x.shape.extents))
    let result = Shape(layouts.output.channelsFirst(y.shape.extents))
    let placed: PlacedWindow = try place(context, x: image, weights: weights.shape, y: result)
    var arguments = ConvolutionArguments<Element>(
      inputChannels: image[1], outputChannels: result[1], input: placed.input, kernel: placed.kernel,
      output: placed.output)
    arguments.inputLayout = layouts.input
    arguments.layout = layouts.output
    arguments.batch = image[0]
    arguments.groups = groups
    arguments.stride = placed.stride
    arguments.dilation = placed.dilation
    arguments.padding = placed.begin
    var step = ConvolutionStep(
      kernels: kernels, arguments: arguments, x: x, weights: weights, y: y, ending: ending)
    return step.prepare(&context)
  }

  /// The window on images of known shapes.
  func place(_ context: PrepareContext, x: Shape, weights: Shape, y: Shape) throws(PlanError) -> PlacedWindow
  {
    let placed = PlacedWindow(
      window, input: Array(x.extents.dropFirst(2)), kernel: Array(weights.extents.dropFirst(2)),
      output: Array(y.extents.dropFirst(2)))
    guard let placed else {
      throw context.error(
        .unsupportedType, "expected at most 3 spatial axes, found \(x.rank - 2)")
    }
    return placed
  }
}
