internal import KernelInterface

/// One image of a convolution's output, its rows being channels: how sums are finished into it.
struct ConvolutionTarget<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var finish: GemmFinish<Lanes>
  /// Output sizes behind the depth.
  var height: Int
  var width: Int

  /// nil without an output.
  init?(
    _ arguments: UnsafePointer<ConvolutionArguments<Element>>, _ problem: ConvolutionProblem, _ image: Int
  ) {
    guard let y = arguments.pointee.y else { return nil }
    let offset: Int = MemoryLayout<ConvolutionArguments<Element>>.offset(of: \.epilogue) ?? 0
    let epilogue: UnsafePointer<Epilogue<Element>> =
      (UnsafeRawPointer(arguments) + offset).assumingMemoryBound(to: Epilogue<Element>.self)
    let first: Int = image * problem.groups * problem.outputs * problem.outputPlane
    var residual: UnsafePointer<Element>? = nil
    if let base = epilogue.pointee.residual { residual = base + first }
    finish = GemmFinish<Lanes>(
      alpha: 1, beta: 0, c: y + first, cRowStride: problem.outputPlane, epilogue: epilogue,
      residual: residual,
      residualRowStride: problem.outputPlane, residualColumnStride: 1, biasIsForRows: true)
    height = arguments.pointee.output.height
    width = arguments.pointee.output.width
  }

  /// Finishes `count` sums of one channel, from position `first` of a phase, in place, and writes each to its
  /// place in the output.
  func spread(
    _ sums: UnsafeMutablePointer<Element>, _ phase: ConvolutionPhase, _ channel: Int, _ first: Int,
    _ count: Int
  ) {
    guard let epilogue = finish.epilogue else { return }
    let plane: Int = channel * finish.cRowStride
    if let bias = epilogue.pointee.bias {
      let value: Element = bias[channel] * epilogue.pointee.biasScale
      for i in 0..<count { sums[i] += value }
    }
    if let residual = finish.residual {
      let scale: Element = epilogue.pointee.residualScale
      for i in 0..<count { sums[i] += scale * residual[plane + place(phase, first + i)] }
    }
    if epilogue.pointee.activation.rawValue != Activation.none.rawValue {
      Lanes.activate(
        epilogue.pointee.activation, epilogue.pointee.parameter0, epilogue.pointee.parameter1, sums, count)
    }
    for i in 0..<count { finish.c[plane + place(phase, first + i)] = sums[i] }
  }

  @inline(__always)
  private func place(_ phase: ConvolutionPhase, _ position: Int) -> Int {
    let x: Int = position % phase.width.positions
    let y: Int = position / phase.width.positions % phase.height.positions
    let z: Int = position / phase.width.positions / phase.height.positions
    let outputZ: Int = phase.depth.outputFirst + z * phase.depth.outputStep
    let outputY: Int = phase.height.outputFirst + y * phase.height.outputStep
    let outputX: Int = phase.width.outputFirst + x * phase.width.outputStep
    return (outputZ * height + outputY) * width + outputX
  }
}
