internal import Graphs
internal import KernelInterface
internal import Tensors

/// What all poolings share: the geometry of windows and the step.
struct PoolingGeometry: Sendable {
  var window: Window
  var kind: PoolingKind
  var countsPadding: Bool = false
  var power: Int = 2
  var isColumnMajor: Bool = false
  var layout: ImageLayout = .channelsFirst

  init(_ node: NodeReader, kind: PoolingKind) throws(GraphError) {
    window = try Window(node)
    self.kind = kind
    guard window.kernel != nil else {
      throw node.error(.missingAttribute, "attribute 'kernel_shape' is required")
    }
  }

  var attributes: [Attribute] {
    window.attributes + [Attribute("ceil_mode", window.roundsUp)]
      + ImageLayouts(input: layout, output: layout).attributes
  }

  /// The same pooling of images that lie channels-last.
  var inChannelsLast: PoolingGeometry {
    var result: PoolingGeometry = self
    result.layout = .channelsLast
    return result
  }

  func outputDimensions(_ context: inout InferenceContext) throws(GraphError) -> [Dimension]? {
    guard let stored = context.dimensions(0) else { return nil }
    guard stored.count >= 3 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 3, found \(stored.count)")
    }
    let input: [Dimension] = layout.channelsFirst(stored)
    try window.check(rank: input.count - 2, context)
    let kernel: [Dimension] = (window.kernel ?? []).map { Dimension($0) }
    let positions: [Dimension] = try window.positions(Array(input.dropFirst(2)), kernel: kernel, &context)
    return layout.stored([input[0], input[1]] + positions)
  }

  /// The step, for an output of X's type at output 0 and, for a maximum, positions at output 1.
  func prepare(_ context: PrepareContext) throws(PlanError) -> Step {
    let x: [Int] = layout.channelsFirst(context.input(0).shape.extents)
    let y: [Int] = layout.channelsFirst(context.output(0).shape.extents)
    let placed = PlacedWindow(
      window, input: Array(x.dropFirst(2)), kernel: window.kernel ?? [], output: Array(y.dropFirst(2)))
    guard let placed else {
      throw context.error(.unsupportedType, "expected at most 3 spatial axes, found \(x.count - 2)")
    }
    return try pool(context, placed)
  }

  private func pool(_ context: PrepareContext, _ placed: PlacedWindow) throws(PlanError) -> Step {
    switch context.output(0).elementType {
    case .float32: return step(context, context.kernels.pooling.f32, placed)
    case .float64: return step(context, context.kernels.pooling.f64, placed)
    case .int8: return step(context, context.kernels.pooling.i8, placed)
    case .uint8: return step(context, context.kernels.pooling.u8, placed)
    default: throw context.unsupported(context.output(0).elementType)
    }
  }

  private func step<Element>(
    _ context: PrepareContext, _ kernels: PoolingKernel<Element>, _ placed: PlacedWindow
  ) -> Step {
    let x: [Int] = layout.channelsFirst(context.input(0).shape.extents)
    var arguments = PoolingArguments<Element>(
      kind: kind, planes: x[0] * x[1], input: placed.input, kernel: placed.kernel, output: placed.output)
    arguments.layout = layout
    arguments.channels = x[1]
    arguments.inputPixelStride = context.input(0).rowStride
    arguments.outputPixelStride = context.output(0).rowStride
    arguments.stride = placed.stride
    arguments.dilation = placed.dilation
    arguments.padding = placed.begin
    arguments.paddingEnd = placed.end
    arguments.countsPadding = countsPadding
    arguments.power = power
    arguments.indicesAreColumnMajor = isColumnMajor
    return poolingStep(
      kernels, arguments, x: context.input(0).slot, y: context.output(0).slot,
      indices: context.optionalOutput(1)?.slot)
  }
}

/// A step that runs a pooling whose arguments are complete but for addresses.
func poolingStep<Element>(
  _ kernels: PoolingKernel<Element>, _ arguments: PoolingArguments<Element>, x: Int, y: Int, indices: Int?
) -> Step {
  let tasks: Int = withUnsafePointer(to: arguments) { kernels.taskCount($0) }
  let kernel = kernels.run
  return Step { run in
    var arguments: PoolingArguments<Element> = arguments
    arguments.x = run.input(x)
    arguments.y = run.output(y)
    if let indices { arguments.indices = run.output(indices) }
    withUnsafePointer(to: arguments) { pointer in
      run.parallel(tasks) { task, _ in kernel(pointer, task) }
    }
  }
}

/// Pooling over all positions of each channel at once, whatever the number of spatial axes.
struct GlobalPooling: Sendable {
  var kind: PoolingKind
  var power: Int = 2
  var layout: ImageLayout = .channelsFirst

  init(kind: PoolingKind, power: Int = 2, layout: ImageLayout = .channelsFirst) {
    self.kind = kind
    self.power = power
    self.layout = layout
  }

  var attributes: [Attribute] { ImageLayouts(input: layout, output: layout).attributes }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let stored = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard stored.count >= 2 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 2, found \(stored.count)")
    }
    let input: [Dimension] = layout.channelsFirst(stored)
    let ones: [Dimension] = Array(repeating: 1, count: input.count - 2)
    context.setOutput(0, context.elementType(0), layout.stored([input[0], input[1]] + ones))
  }

  func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.output(0).elementType {
      case .float32: return step(context, context.kernels.pooling.f32)
      case .float64: return step(context, context.kernels.pooling.f64)
      default: throw context.unsupported(context.output(0).elementType)
      }
    }
  }

  private func step<Element>(_ context: PrepareContext, _ kernels: PoolingKernel<Element>) -> Step {
    let x = Shape(layout.channelsFirst(context.input(0).shape.extents))
    let positions = Extent3(1, 1, x.count(2..<x.rank))
    var arguments = PoolingArguments<Element>(
      kind: kind, planes: x[0] * x[1], input: positions, kernel: positions, output: Extent3(1))
    arguments.power = power
    arguments.layout = layout
    arguments.channels = x[1]
    arguments.inputPixelStride = context.input(0).rowStride
    arguments.outputPixelStride = context.output(0).rowStride
    return poolingStep(
      kernels, arguments, x: context.input(0).slot, y: context.output(0).slot, indices: nil)
  }
}
