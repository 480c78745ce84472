internal import KernelInterface

/// Chooses how a channels-last convolution is computed, by its sizes and the layout of X alone.
struct PixelConvolution<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  private enum Form {
    case product
    case spatial
    case merged
    case depthwise
    case four
    case two
  }

  private var arguments: Arguments
  private var problem: PixelProblem<Element>
  private var form: Form

  init(_ arguments: Arguments) {
    self.arguments = arguments
    problem = PixelProblem<Element>(arguments)
    form = Self.form(problem)
  }

  private static func form(_ problem: PixelProblem<Element>) -> Form {
    let isDepthwise: Bool = problem.groups > 1 && problem.channels == 1 && problem.outputs == 1
    if isDepthwise && problem.inputChannel == 1 { return .depthwise }
    if PixelWinograd<WinogradFour<Lanes>>.takes(problem) { return cheapest(problem) }
    if problem.groups > 1 { return PixelGroups<Lanes>.factor(problem) > 1 ? .merged : .spatial }
    return problem.taps > 1 ? .spatial : .product
  }

  private static func cheapest(_ problem: PixelProblem<Element>) -> Form {
    let costs = PixelCosts<Lanes>(problem)
    if costs.direct <= smaller(costs.four, costs.two) { return .spatial }
    return costs.four <= costs.two ? .four : .two
  }

  private var four: PixelWinograd<WinogradFour<Lanes>> {
    PixelWinograd<WinogradFour<Lanes>>(arguments, problem)
  }
  private var two: PixelWinograd<WinogradTwo<Lanes>> {
    PixelWinograd<WinogradTwo<Lanes>>(arguments, problem)
  }
  private var depthwise: PixelDepthwise<Lanes> { PixelDepthwise<Lanes>(arguments, problem) }
  private var merged: PixelSpatial<Lanes> {
    PixelSpatial<Lanes>(arguments, PixelGroups<Lanes>.merged(problem))
  }
  private var spatial: PixelSpatial<Lanes> { PixelSpatial<Lanes>(arguments, problem) }
  private var product: PixelProduct<Lanes> { PixelProduct<Lanes>(arguments, problem) }

  var packedWeightsCount: Int {
    switch form {
    case .product: product.packedWeightsCount
    case .four: four.packedWeightsCount
    case .two: two.packedWeightsCount
    case .depthwise: depthwise.packedWeightsCount
    case .spatial: spatial.packedWeightsCount
    case .merged: merged.packedWeightsCount
    }
  }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    switch form {
    case .product: product.packWeights(weights, destination)
    case .four: four.packWeights(weights, destination)
    case .two: two.packWeights(weights, destination)
    case .depthwise: depthwise.packWeights(weights, destination)
    case .spatial: spatial.packWeights(weights, destination)
    case .merged: PixelGroups<Lanes>.packWeights(problem, PitchedTiles<Lanes>.columns, weights, destination)
    }
  }

  func taskCount() -> Int {
    switch form {
    case .product: product.taskCount()
    case .four: four.taskCount()
    case .two: two.taskCount()
    case .depthwise: depthwise.taskCount()
    case .spatial: spatial.taskCount()
    case .merged: merged.taskCount()
    }
  }

  func scratchBytes() -> Int {
    switch form {
    case .product: product.scratchBytes()
    case .four: four.scratchBytes()
    case .two: two.scratchBytes()
    case .depthwise: depthwise.scratchBytes()
    case .spatial: spatial.scratchBytes()
    case .merged: merged.scratchBytes()
    }
  }

  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    switch form {
    case .product: product.run(task, scratch)
    case .four: four.run(task, scratch)
    case .two: two.run(task, scratch)
    case .depthwise: depthwise.run(task, scratch)
    case .spatial: spatial.run(task, scratch)
    case .merged: merged.run(task, scratch)
    }
  }
}
