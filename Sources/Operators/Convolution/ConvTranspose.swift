package import Graphs
internal import KernelInterface
package import Tensors

/// `ConvTranspose`: the gradient of a convolution with respect to its input: position q of X
/// [batch, channels, spatial...] adds `X[q] * W[c, o, t]` to position `q * stride - pad + t * dilation` of Y;
/// W is [channels, features / group, kernel...].
///
/// Along an axis Y has `stride * (in - 1) + output_padding + reach - pads` positions, or `output_shape`, from
/// which the pads then follow. One to three spatial axes.
///
/// ONNX operator set: ConvTranspose-1 to 22.
package struct ConvTransposeOp: ProductOperator {
  package static let schema = OperatorSchema(
    "ConvTranspose", since: [1, 11, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("B", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: Window.attributeNames + ["group", "output_padding", "output_shape"])

  let window: Window
  let groups: Int
  let outputPadding: [Int]?
  let outputShape: [Int]?

  package init(_ node: inout NodeReader) throws(GraphError) {
    let geometry = try ConvolutionGeometry(node)
    window = geometry.window
    groups = geometry.groups
    outputPadding = try node.ints("output_padding")
    outputShape = try node.ints("output_shape").flatMap { $0.isEmpty ? nil : $0 }
    for (name, list) in [("output_padding", outputPadding), ("output_shape", outputShape)] {
      if let list, !list.allSatisfy({ $0 >= 0 && $0 <= 1 << 30 }) {
        throw node.error(
          .invalidAttribute, "attribute '\(name)' must hold numbers from 0 to 2^30, found \(list)")
      }
    }
  }

  package var attributes: [Attribute] {
    var result: [Attribute] = window.attributes + [Attribute("group", groups)]
    if let outputPadding { result.append(Attribute("output_padding", outputPadding)) }
    if let outputShape { result.append(Attribute("output_shape", outputShape)) }
    return result
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard inputs.count > 1, let x = inputs[0], let weights = inputs[1] else { return 0 }
    return 2 &* x.count &* weights.count(1..<weights.rank)
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let rank: Int = input.count - 2
    guard rank >= 1 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 3, found \(input.count)")
    }
    try window.check(rank: rank, context)
    guard outputPadding?.count ?? rank == rank else {
      throw context.error(.invalidAttribute, "attribute 'output_padding' must have \(rank) elements")
    }
    let given: [Int]? = outputShape.map { Array($0.suffix(rank)) }
    guard given?.count ?? rank == rank else {
      throw context.error(.invalidAttribute, "attribute 'output_shape' must have \(rank) elements")
    }
    let filter: [Dimension]? = context.dimensions(1)
    guard filter?.count ?? input.count == input.count else {
      throw context.error(.shapeMismatch, "X has rank \(input.count), but W has \(filter?.count ?? 0)")
    }
    if let channels = input[1].value, let own = filter?[0].value, channels != own || channels % groups != 0 {
      throw context.error(
        .shapeMismatch, "X has \(channels) channels, W takes \(own) in \(groups) groups")
    }
    let features: Dimension = filter.map { $0[1] * Dimension(groups) } ?? context.freshDimension()
    var result: [Dimension] = [input[0], features]
    for axis in 0..<rank {
      if let given {
        result.append(Dimension(given[axis]))
      } else if window.autoPad == .sameUpper || window.autoPad == .sameLower {
        result.append(input[axis + 2] * Dimension(window.stride(axis)))
      } else if let kernel = filter?[axis + 2].value ?? window.kernel?[axis] {
        let (begin, end): (Int, Int) = window.padding(axis, input: 0, kernel: kernel)
        let extent: Dimension =
          Dimension(window.stride(axis)) * (input[axis + 2] - 1)
          + Dimension((outputPadding?[axis] ?? 0) + window.reach(axis, kernel) - begin - end)
        if let value = extent.value, value < 0 {
          throw context.error(.shapeMismatch, "axis \(axis) would have \(value) positions")
        }
        result.append(extent)
      } else {
        result.append(context.freshDimension())
      }
    }
    context.setOutput(0, context.elementType(0), result)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try prepare(&context, ending: ProductEnding())
    }
  }

  package func prepare(_ context: inout PrepareContext, ending: ProductEnding) throws(PlanError) -> Step {
    switch context.output(0).elementType {
    case .float32: try prepare(&context, context.kernels.convolutionF32, ending)
    case .float64: try prepare(&context, context.kernels.convolutionF64, ending)
    default: throw context.unsupported(context.output(0).elementType)
    }
  }

  private func prepare<Element>(
    _ context: inout PrepareContext, _ kernels: ConvolutionKernels<Element>, _ given: ProductEnding
  ) throws(PlanError) -> Step where Element: TensorElement {
    let (x, y): (Shape, Shape) = (context.input(0).shape, context.output(0).shape)
    let kernel: [Int] = Array(context.input(1).shape.extents.dropFirst(2))
    guard kernel.count <= 3 else {
      throw context.error(.unsupportedType, "expected at most 3 spatial axes, found \(kernel.count)")
    }
    let axes: Range<Int> = 0..<kernel.count
    var arguments = ConvolutionArguments<Element>(
      inputChannels: x[1], outputChannels: y[1], input: Extent3(Array(x.extents.dropFirst(2)), fill: 1),
      kernel: Extent3(kernel, fill: 1), output: Extent3(Array(y.extents.dropFirst(2)), fill: 1))
    arguments.transposed = true
    arguments.batch = x[0]
    arguments.groups = groups
    arguments.stride = Extent3(axes.map { window.stride($0) }, fill: 1)
    arguments.dilation = Extent3(axes.map { window.dilation($0) }, fill: 1)
    arguments.padding = Extent3(
      axes.map { padding($0, input: x[$0 + 2], output: y[$0 + 2], kernel: kernel[$0]) }, fill: 0)
    var ending: ProductEnding = given
    ending.bias = context.optionalInput(2)
    var step = ConvolutionStep(
      kernels: kernels, arguments: arguments, x: context.input(0), weights: context.input(1),
      y: context.output(0), ending: ending)
    return step.prepare(&context)
  }

  /// Pads in front of an axis: as stated, or what a stated output shape leaves over.
  func padding(_ axis: Int, input: Int, output: Int, kernel: Int) -> Int {
    let isSame: Bool = window.autoPad == .sameUpper || window.autoPad == .sameLower
    guard outputShape != nil || isSame else {
      return window.padding(axis, input: input, kernel: kernel).begin
    }
    let reach: Int = window.reach(axis, kernel)
    let full: Int = window.stride(axis) &* (input - 1) &+ (outputPadding?[axis] ?? 0) &+ reach
    let total: Int = max(0, full - output)
    return window.autoPad == .sameUpper ? total / 2 : total - total / 2
  }
}
