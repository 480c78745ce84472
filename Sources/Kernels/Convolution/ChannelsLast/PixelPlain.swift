internal import KernelInterface

/// Channels-last convolution by the definition, for whatever no faster form takes: a register of outputs at a
/// time, over taps and channels. Weights are packed as [group][tap][channel][output].
struct PixelPlain<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var arguments: Arguments
  var problem: PixelProblem<Element>

  private static var taskWork: Int { 1 << 18 }

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
  }

  var packedWeightsCount: Int { problem.groups * problem.taps * problem.channels * problem.outputs }

  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    var to: UnsafeMutablePointer<Element> = destination
    for group in 0..<problem.groups {
      let from: UnsafePointer<Element> =
        weights + group * problem.outputs * problem.channels * problem.taps
      for tap in 0..<problem.taps {
        for channel in 0..<problem.channels {
          for output in 0..<problem.outputs {
            to[output] = from[(output * problem.channels + channel) * problem.taps + tap]
          }
          to += problem.outputs
        }
      }
    }
  }

  /// Output pixels of one task.
  private var pixels: Int {
    let work: Int = problem.groups * problem.outputs * problem.channels * problem.taps
    return larger(1, Self.taskWork / larger(1, work))
  }

  func taskCount() -> Int { problem.isEmpty ? 0 : ceilDivide(problem.outputPixels, pixels) }

  func scratchBytes() -> Int { problem.groups * problem.outputs * MemoryLayout<Element>.stride + 64 }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    let sums: UnsafeMutablePointer<Element> = scratch.assumingMemoryBound(to: Element.self)
    let end: Int = smaller(problem.outputPixels, (task + 1) * pixels)
    for pixel in task * pixels..<end {
      for group in 0..<problem.groups { sum(pixel, group, sums + group * problem.outputs) }
      finish(pixel, sums)
    }
  }

  /// The sums of one pixel and group.
  private func sum(_ pixel: Int, _ group: Int, _ sums: UnsafeMutablePointer<Element>) {
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    let outputs: Int = problem.outputs
    for i in 0..<outputs { sums[i] = 0 }
    let image: Int = pixel / problem.outputPlane
    let place: Int = pixel % problem.outputPlane
    let column: Int = place % problem.output.width
    let row: Int = place / problem.output.width % problem.output.height
    let slice: Int = place / problem.output.width / problem.output.height
    var from: UnsafePointer<Element> = weights + group * problem.taps * problem.channels * outputs
    for tz in 0..<problem.kernel.depth {
      let z: Int = slice * problem.stride.depth - problem.padding.depth + tz * problem.dilation.depth
      for ty in 0..<problem.kernel.height {
        let y: Int = row * problem.stride.height - problem.padding.height + ty * problem.dilation.height
        for tx in 0..<problem.kernel.width {
          let c: Int = column * problem.stride.width - problem.padding.width + tx * problem.dilation.width
          let isInside: Bool =
            z >= 0 && z < problem.input.depth && y >= 0 && y < problem.input.height && c >= 0
            && c < problem.input.width
          if isInside {
            let at: Int = (z * problem.input.height + y) * problem.input.width + c
            let first: Int = group * problem.channels
            let source: UnsafePointer<Element> =
              x + image * problem.inputImage + at * problem.inputPixel + first * problem.inputChannel
            for channel in 0..<problem.channels {
              let value: Element = entering(
                source[channel * problem.inputChannel], image, first + channel)
              add(value, from + channel * outputs, sums)
            }
          }
          from += problem.channels * outputs
        }
      }
    }
  }

  /// An element of X after the prologue.
  @inline(__always)
  private func entering(_ value: Element, _ image: Int, _ channel: Int) -> Element {
    let at: Int = image * arguments.pointee.prologue.batchStride + channel
    var result: Element = value
    if let scale = arguments.pointee.prologue.scale { result *= scale[at] }
    if let shift = arguments.pointee.prologue.shift { result += shift[at] }
    if arguments.pointee.prologue.hasFloor && result < arguments.pointee.prologue.floor {
      result = arguments.pointee.prologue.floor
    }
    return result
  }

  @inline(__always)
  private func add(
    _ value: Element, _ weights: UnsafePointer<Element>, _ sums: UnsafeMutablePointer<Element>
  ) {
    let factor: Lanes.Vector = Lanes.splat(value)
    var i: Int = 0
    while i + Lanes.count <= problem.outputs {
      Lanes.store(Lanes.mulAdd(factor, Lanes.load(weights + i), Lanes.load(sums + i)), sums + i)
      i += Lanes.count
    }
    if i < problem.outputs {
      let left: Int = problem.outputs - i
      let sum: Lanes.Vector = Lanes.mulAdd(factor, Lanes.load(weights + i, left), Lanes.load(sums + i, left))
      Lanes.store(sum, sums + i, left)
    }
  }

  private func finish(_ pixel: Int, _ sums: UnsafeMutablePointer<Element>) {
    guard let y = arguments.pointee.y else { return }
    let count: Int = problem.groups * problem.outputs
    if let bias = arguments.pointee.epilogue.bias {
      let scale: Element = arguments.pointee.epilogue.biasScale
      for i in 0..<count { sums[i] += scale * bias[i] }
    }
    if let residual = arguments.pointee.epilogue.residual {
      let scale: Element = arguments.pointee.epilogue.residualScale
      let from: UnsafePointer<Element> = residual + pixel * problem.residualPixel
      for i in 0..<count { sums[i] += scale * from[i] }
    }
    if arguments.pointee.epilogue.activation.rawValue != Activation.none.rawValue {
      Lanes.activate(
        arguments.pointee.epilogue.activation, arguments.pointee.epilogue.parameter0,
        arguments.pointee.epilogue.parameter1, sums, count)
    }
    let to: UnsafeMutablePointer<Element> = y + pixel * problem.outputPixel
    for i in 0..<count { to[i] = sums[i] }
  }
}
