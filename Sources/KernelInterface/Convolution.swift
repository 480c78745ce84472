/// A convolution (a cross-correlation, as ONNX defines it), or with `transposed` its gradient, ConvTranspose:
///
///     Y[b, o, p] = epilogue(sum over c, t of X[b, c, p * stride - padding + t * dilation] * W[o, c, t])
///
/// Positions outside the image are zero. The end pads are not given: `output` says how far positions go.
/// Channels are those of all groups together. For the transposed case, X position q contributes W[c, o, t]
/// to Y position `q * stride - padding + t * dilation`.
///
/// The bias is one value for each output channel whatever `biasAxis` says, and a residual has the layout of
/// the output.
///
/// Channels-last: X is [batch, depth, height, width, inputChannels], Y and a residual are
/// [batch, depth', height', width', outputChannels]. Pixel i of a tensor (counted over batch, depth, height
/// and width) begins at `i * pixelStride`, so that a convolution may read from or write into some channels
/// of a larger tensor, as where a concatenation is never copied. Weights keep ONNX's order. The transposed
/// case is channels-first alone.
package struct ConvolutionArguments<Element: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
  /// How Y and a residual lie.
  package var layout: ImageLayout = .channelsFirst
  /// How X lies. Where `layout` is channels-last X may still be channels-first and dense, which spares the
  /// transpose of a graph's input; it is meant for few channels. X is never channels-last alone.
  package var inputLayout: ImageLayout = .channelsFirst
  package var transposed: Bool = false

  package var batch: Int = 1
  package var groups: Int = 1
  package var inputChannels: Int
  package var outputChannels: Int

  package var input: Extent3
  package var output: Extent3
  package var kernel: Extent3
  package var stride: Extent3 = Extent3(1)
  package var dilation: Extent3 = Extent3(1)
  /// Zeros in front of each dimension; may be negative (a crop).
  package var padding: Extent3 = Extent3(0)

  /// Channels-last: elements from a pixel to the next; 0 where pixels are adjacent.
  package var inputPixelStride: Int = 0
  package var outputPixelStride: Int = 0
  package var residualPixelStride: Int = 0

  package var x: UnsafePointer<Element>? = nil
  /// The result of `packWeights`.
  package var packedWeights: UnsafePointer<Element>? = nil
  package var y: UnsafeMutablePointer<Element>? = nil

  /// What each element of X becomes as it is read; channels-last alone.
  package var prologue: ConvolutionPrologue<Element> = ConvolutionPrologue()
  package var epilogue: Epilogue<Element> = Epilogue()

  package init(
    inputChannels: Int, outputChannels: Int, input: Extent3, kernel: Extent3, output: Extent3
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input = input
    self.kernel = kernel
    self.output = output
  }
}

/// The convolutions of one element type. Which algorithm runs is a function of the arguments' sizes and
/// layouts; the packed weights belong to it, so all functions must be given the same (pixel strides, prologue
/// and epilogue may differ between packing and running). How tasks and scratch work is said at `GemmKernels`.
///
/// Channels-last f32 kernels of 3 x 3 and stride 1 may be computed by Winograd's minimal filtering (Lavin and
/// Gray, 2015), whose error is at most 1e-5 of the largest sum.
package struct ConvolutionKernels<Element: BinaryFloatingPoint & Sendable>: Sendable {
  package typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  /// Elements that `packWeights` writes.
  package var packedWeightsCount: @Sendable (Arguments) -> Int
  /// (arguments, weights, destination): packs weights [outputChannels, inputChannels / groups, kernel], or
  /// for the transposed case [inputChannels, outputChannels / groups, kernel]. Weights that are not
  /// constant are packed at each run.
  package var packWeights:
    @Sendable (Arguments, UnsafePointer<Element>, UnsafeMutablePointer<Element>) -> Void

  package var taskCount: @Sendable (Arguments) -> Int
  package var scratchBytes: @Sendable (Arguments) -> Int
  package var run: @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void

  package init(
    packedWeightsCount: @escaping @Sendable (Arguments) -> Int,
    packWeights:
      @escaping @Sendable (Arguments, UnsafePointer<Element>, UnsafeMutablePointer<Element>) -> Void,
    taskCount: @escaping @Sendable (Arguments) -> Int, scratchBytes: @escaping @Sendable (Arguments) -> Int,
    run: @escaping @Sendable (Arguments, Int, UnsafeMutableRawPointer) -> Void
  ) {
    self.packedWeightsCount = packedWeightsCount
    self.packWeights = packWeights
    self.taskCount = taskCount
    self.scratchBytes = scratchBytes
    self.run = run
  }
}
