internal import KernelInterface

/// A convolution seen as products, one for each image and group (and phase of a transposed convolution):
/// C [outputs of the group, positions] = W [outputs, taps * channels] P [taps * channels, positions], where
/// P, the image's patches, is never written down whole. The order of depth is taps outside, channels inside.
struct ConvolutionProblem {
  var batch: Int
  var groups: Int
  /// Channels and outputs of one group.
  var channels: Int
  var outputs: Int
  var phases: Int
  /// Elements of one input and one output plane.
  var inputPlane: Int
  var outputPlane: Int
  /// Taps of the whole kernel.
  var kernelTaps: Int
  /// Whether every input position is the output position: a product without patches.
  var isPointwise: Bool
  var isDepthwise: Bool

  init<Element: BinaryFloatingPoint & Sendable>(_ arguments: UnsafePointer<ConvolutionArguments<Element>>) {
    let kernel: Extent3 = arguments.pointee.kernel
    let stride: Extent3 = arguments.pointee.stride
    let padding: Extent3 = arguments.pointee.padding
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    batch = arguments.pointee.batch
    groups = arguments.pointee.groups
    channels = arguments.pointee.inputChannels / groups
    outputs = arguments.pointee.outputChannels / groups
    phases = arguments.pointee.transposed ? stride.depth * stride.height * stride.width : 1
    inputPlane = input.depth * input.height * input.width
    outputPlane = output.depth * output.height * output.width
    kernelTaps = kernel.depth * kernel.height * kernel.width
    let hasUnitStride: Bool = stride.depth == 1 && stride.height == 1 && stride.width == 1
    let isUnpadded: Bool = padding.depth == 0 && padding.height == 0 && padding.width == 0
    let isSameSize: Bool =
      input.depth == output.depth && input.height == output.height && input.width == output.width
    isPointwise = kernelTaps == 1 && hasUnitStride && isUnpadded && isSameSize
    let isFlat: Bool = kernel.depth == 1 && stride.depth == 1 && padding.depth == 0
    isDepthwise =
      !arguments.pointee.transposed && channels == 1 && isFlat && input.depth == 1 && output.depth == 1
      && kernelTaps > 1
  }

  /// Elements of the packed weights of one group.
  func groupWeights() -> Int {
    isDepthwise
      ? outputs * kernelTaps : roundUp(outputs, GemmBlocking.rows) * channels * kernelTaps
  }
}

/// One phase of a problem: its three axes, and where its weights begin in those of the group.
struct ConvolutionPhase {
  var depth: ConvolutionAxis
  var height: ConvolutionAxis
  var width: ConvolutionAxis
  /// Taps of the phases before this one.
  var tapsBefore: Int

  var taps: Int { depth.taps * height.taps * width.taps }
  var positions: Int { depth.positions * height.positions * width.positions }
  /// Whether the positions of the phase are adjacent in the output.
  var isDense: Bool { depth.outputStep == 1 && height.outputStep == 1 && width.outputStep == 1 }

  init<Element: BinaryFloatingPoint & Sendable>(
    _ arguments: UnsafePointer<ConvolutionArguments<Element>>, _ problem: ConvolutionProblem, _ phase: Int
  ) {
    if problem.isPointwise {
      let flat = ConvolutionAxis(input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padding: 0)
      let plane = ConvolutionAxis(
        input: problem.inputPlane, output: problem.inputPlane, kernel: 1, stride: 1, dilation: 1, padding: 0)
      self.init(flat, flat, plane)
      return
    }
    self.init(arguments, phase)
    guard arguments.pointee.transposed else { return }
    for earlier in 0..<phase { tapsBefore += ConvolutionPhase(arguments, earlier).taps }
  }

  private init(_ depth: ConvolutionAxis, _ height: ConvolutionAxis, _ width: ConvolutionAxis) {
    self.depth = depth
    self.height = height
    self.width = width
    tapsBefore = 0
  }

  private init<Element: BinaryFloatingPoint & Sendable>(
    _ arguments: UnsafePointer<ConvolutionArguments<Element>>, _ phase: Int
  ) {
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let kernel: Extent3 = arguments.pointee.kernel
    let stride: Extent3 = arguments.pointee.stride
    let dilation: Extent3 = arguments.pointee.dilation
    let padding: Extent3 = arguments.pointee.padding
    tapsBefore = 0
    if arguments.pointee.transposed {
      let x: Int = phase % stride.width
      let y: Int = phase / stride.width % stride.height
      let z: Int = phase / stride.width / stride.height
      depth = ConvolutionAxis(
        transposed: z, input: input.depth, output: output.depth, kernel: kernel.depth, stride: stride.depth,
        dilation: dilation.depth, padding: padding.depth)
      height = ConvolutionAxis(
        transposed: y, input: input.height, output: output.height, kernel: kernel.height,
        stride: stride.height, dilation: dilation.height, padding: padding.height)
      width = ConvolutionAxis(
        transposed: x, input: input.width, output: output.width, kernel: kernel.width, stride: stride.width,
        dilation: dilation.width, padding: padding.width)
    } else {
      depth = ConvolutionAxis(
        input: input.depth, output: output.depth, kernel: kernel.depth, stride: stride.depth,
        dilation: dilation.depth, padding: padding.depth)
      height = ConvolutionAxis(
        input: input.height, output: output.height, kernel: kernel.height, stride: stride.height,
        dilation: dilation.height, padding: padding.height)
      width = ConvolutionAxis(
        input: input.width, output: output.width, kernel: kernel.width, stride: stride.width,
        dilation: dilation.width, padding: padding.width)
    }
  }
}
