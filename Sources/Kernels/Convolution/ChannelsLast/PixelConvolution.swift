internal import KernelInterface

/// Chooses how a channels-last convolution is computed.
struct PixelConvolution<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  private var plain: PixelPlain<Lanes>

  init(_ arguments: UnsafePointer<ConvolutionArguments<Element>>) {
    plain = PixelPlain<Lanes>(arguments, PixelProblem<Element>(arguments))
  }

  var packedWeightsCount: Int { plain.packedWeightsCount }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    plain.packWeights(weights, destination)
  }

  func taskCount() -> Int { plain.taskCount() }

  func scratchBytes() -> Int { plain.scratchBytes() }

  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) { plain.run(task, scratch) }
}
