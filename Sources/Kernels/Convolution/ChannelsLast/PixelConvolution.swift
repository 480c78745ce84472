internal import KernelInterface

/// Chooses how a channels-last convolution is computed.
struct PixelConvolution<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  private enum Form {
    case plain
    case product
    case spatial
  }

  private var arguments: Arguments
  private var problem: PixelProblem<Element>
  private var form: Form

  init(_ arguments: Arguments) {
    self.arguments = arguments
    problem = PixelProblem<Element>(arguments)
    form = problem.groups > 1 ? .plain : problem.taps > 1 ? .spatial : .product
  }

  private var plain: PixelPlain<Lanes> { PixelPlain<Lanes>(arguments, problem) }
  private var spatial: PixelSpatial<Lanes> { PixelSpatial<Lanes>(arguments, problem) }
  private var product: PixelProduct<Lanes> { PixelProduct<Lanes>(arguments, problem) }

  var packedWeightsCount: Int {
    switch form {
    case .plain: plain.packedWeightsCount
    case .product: product.packedWeightsCount
    case .spatial: spatial.packedWeightsCount
    }
  }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    switch form {
    case .plain: plain.packWeights(weights, destination)
    case .product: product.packWeights(weights, destination)
    case .spatial: spatial.packWeights(weights, destination)
    }
  }

  func taskCount() -> Int {
    switch form {
    case .plain: plain.taskCount()
    case .product: product.taskCount()
    case .spatial: spatial.taskCount()
    }
  }

  func scratchBytes() -> Int {
    switch form {
    case .plain: plain.scratchBytes()
    case .product: product.scratchBytes()
    case .spatial: spatial.scratchBytes()
    }
  }

  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    switch form {
    case .plain: plain.run(task, scratch)
    case .product: product.run(task, scratch)
    case .spatial: spatial.run(task, scratch)
    }
  }
}
