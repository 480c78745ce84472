/// One spatial dimension of an implicit product: which input position each tap of each output position reads,
///
///     input = position * step + offsetFirst + tap * offsetStep
///
/// and which output it belongs to, `outputFirst + position * outputStep`. A transposed convolution of
/// stride s is s such problems for each dimension, one for each remainder of the output position: its taps
/// are those whose distance from the output is divisible by s.
struct ConvolutionAxis {
  var input: Int
  /// Output positions.
  var positions: Int
  var step: Int
  var taps: Int
  /// The first tap's place in the kernel, and the distance between taps there.
  var kernelFirst: Int
  var kernelStep: Int
  var offsetFirst: Int
  var offsetStep: Int
  var outputFirst: Int
  var outputStep: Int

  init(input: Int, output: Int, kernel: Int, stride: Int, dilation: Int, padding: Int) {
    self.input = input
    positions = output
    step = stride
    taps = kernel
    kernelFirst = 0
    kernelStep = 1
    offsetFirst = -padding
    offsetStep = dilation
    outputFirst = 0
    outputStep = 1
  }

  /// The outputs `phase`, `phase + stride`, ... of a transposed convolution.
  init(
    transposed phase: Int, input: Int, output: Int, kernel: Int, stride: Int, dilation: Int, padding: Int
  ) {
    self.input = input
    positions = output > phase ? ceilDivide(output - phase, stride) : 0
    step = 1
    outputFirst = phase
    outputStep = stride
    kernelFirst = 0
    kernelStep = 1
    taps = 0
    var tap: Int = 0
    while tap < kernel {
      if (phase + padding - tap * dilation) % stride == 0 {
        if taps == 0 { kernelFirst = tap }
        if taps == 1 { kernelStep = tap - kernelFirst }
        taps += 1
      }
      tap += 1
    }
    offsetFirst = (phase + padding - kernelFirst * dilation) / stride
    offsetStep = -(kernelStep * dilation) / stride
  }
}
