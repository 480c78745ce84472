internal import KernelInterface

/// Chooses how a convolution is computed: by its layout; channels-first, depthwise or as an implicit product.
struct Convolution<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  @inline(__always) private static func isChannelsLast(_ arguments: Arguments) -> Bool {
    arguments.pointee.layout.rawValue == ImageLayout.channelsLast.rawValue
  }

  static func packedWeightsCount(_ arguments: Arguments) -> Int {
    if isChannelsLast(arguments) { return PixelConvolution<Lanes>(arguments).packedWeightsCount }
    let problem = ConvolutionProblem(arguments)
    return problem.groups * problem.groupWeights()
  }

  static func packWeights(
    _ arguments: Arguments, _ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>
  ) {
    if isChannelsLast(arguments) {
      PixelConvolution<Lanes>(arguments).packWeights(weights, destination)
      return
    }
    let problem = ConvolutionProblem(arguments)
    if problem.isDepthwise {
      for i in 0..<problem.groups * problem.outputs * problem.kernelTaps { destination[i] = weights[i] }
    } else {
      ConvolutionProduct<Lanes>.packWeights(arguments, problem, weights, destination)
    }
  }

  static func taskCount(_ arguments: Arguments) -> Int {
    if isChannelsLast(arguments) { return PixelConvolution<Lanes>(arguments).taskCount() }
    let problem = ConvolutionProblem(arguments)
    guard problem.outputs > 0 && problem.outputPlane > 0 else { return 0 }
    if problem.isDepthwise { return ConvolutionDepthwise<Lanes>(arguments, problem).taskCount() }
    return problem.batch * problem.groups * ConvolutionProduct<Lanes>.blockCount(arguments, problem)
  }

  static func scratchBytes(_ arguments: Arguments) -> Int {
    if isChannelsLast(arguments) { return PixelConvolution<Lanes>(arguments).scratchBytes() }
    let problem = ConvolutionProblem(arguments)
    return problem.isDepthwise
      ? ConvolutionDepthwise<Lanes>(arguments, problem).scratchBytes()
      : ConvolutionProduct<Lanes>.scratchBytes(arguments, problem)
  }

  static func run(_ arguments: Arguments, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    if isChannelsLast(arguments) {
      PixelConvolution<Lanes>(arguments).run(task, scratch)
      return
    }
    let problem = ConvolutionProblem(arguments)
    if problem.isDepthwise {
      ConvolutionDepthwise<Lanes>(arguments, problem).run(task, scratch)
    } else {
      ConvolutionProduct<Lanes>.run(arguments, problem, task, scratch)
    }
  }
}

/// The convolutions of single precision as the table shows them.
func convolutionKernelsF32() -> ConvolutionKernels<Float> {
  ConvolutionKernels<Float>(
    packedWeightsCount: { Convolution<F32Lanes>.packedWeightsCount($0) },
    packWeights: { Convolution<F32Lanes>.packWeights($0, $1, $2) },
    taskCount: { Convolution<F32Lanes>.taskCount($0) },
    scratchBytes: { Convolution<F32Lanes>.scratchBytes($0) },
    run: { Convolution<F32Lanes>.run($0, $1, $2) })
}

/// The convolutions of double precision.
func convolutionKernelsF64() -> ConvolutionKernels<Double> {
  ConvolutionKernels<Double>(
    packedWeightsCount: { Convolution<F64Lanes>.packedWeightsCount($0) },
    packWeights: { Convolution<F64Lanes>.packWeights($0, $1, $2) },
    taskCount: { Convolution<F64Lanes>.taskCount($0) },
    scratchBytes: { Convolution<F64Lanes>.scratchBytes($0) },
    run: { Convolution<F64Lanes>.run($0, $1, $2) })
}
