internal import KernelInterface

/// A channels-last convolution as its kernels see it: sizes, and distances in elements that hold for both
/// layouts of X.
struct PixelProblem<Element: BinaryFloatingPoint & Sendable> {
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var batch: Int
  var groups: Int
  /// Channels and outputs of one group.
  var channels: Int
  var outputs: Int
  var input: Extent3
  var output: Extent3
  var kernel: Extent3
  var stride: Extent3
  var dilation: Extent3
  var padding: Extent3
  /// From an image of X to the next, from a pixel to the next and from a channel to the next.
  var inputImage: Int
  var inputPixel: Int
  var inputChannel: Int
  /// From a pixel to the next of Y and of a residual.
  var outputPixel: Int
  var residualPixel: Int

  init(_ arguments: Arguments) {
    batch = arguments.pointee.batch
    groups = arguments.pointee.groups
    channels = arguments.pointee.inputChannels / groups
    outputs = arguments.pointee.outputChannels / groups
    input = arguments.pointee.input
    output = arguments.pointee.output
    kernel = arguments.pointee.kernel
    stride = arguments.pointee.stride
    dilation = arguments.pointee.dilation
    padding = arguments.pointee.padding
    let plane: Int = input.depth * input.height * input.width
    if arguments.pointee.inputLayout.rawValue == ImageLayout.channelsLast.rawValue {
      inputPixel = Self.pixel(arguments.pointee.inputPixelStride, arguments.pointee.inputChannels)
      inputChannel = 1
      inputImage = plane * inputPixel
    } else {
      // An image of one pixel has its channels adjacent in either layout.
      inputPixel = plane == 1 ? arguments.pointee.inputChannels : 1
      inputChannel = plane
      inputImage = plane * arguments.pointee.inputChannels
    }
    outputPixel = Self.pixel(arguments.pointee.outputPixelStride, arguments.pointee.outputChannels)
    residualPixel = Self.pixel(arguments.pointee.residualPixelStride, arguments.pointee.outputChannels)
  }

  @inline(__always) private static func pixel(_ stride: Int, _ channels: Int) -> Int {
    stride == 0 ? channels : stride
  }

  var taps: Int { kernel.depth * kernel.height * kernel.width }
  var outputPlane: Int { output.depth * output.height * output.width }
  var outputPixels: Int { batch * outputPlane }
  /// Whether a pixel of the output reads one pixel of the input, that at the same place.
  var isPointwise: Bool {
    let isUnpadded: Bool = padding.depth == 0 && padding.height == 0 && padding.width == 0
    let isSame: Bool =
      input.depth == output.depth && input.height == output.height && input.width == output.width
    let isDense: Bool = stride.depth == 1 && stride.height == 1 && stride.width == 1
    return taps == 1 && isUnpadded && isSame && isDense
  }
  var isEmpty: Bool { outputPixels == 0 || outputs == 0 }
}
