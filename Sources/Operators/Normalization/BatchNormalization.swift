package import Graphs
internal import KernelInterface
internal import Tensors

/// `BatchNormalization`: for each channel of X [batch, channels, ...]
///
///     Y = (X - mean) / sqrt(variance + epsilon) * scale + B
///
/// with the given statistics, or with `training_mode` those of the batch, in which case the running
/// statistics become `input * momentum + batch * (1 - momentum)` (variances are the population's).
/// Training before operator set 14 is refused.
///
/// ONNX operator set: BatchNormalization-6 to 15.
package struct BatchNormalizationOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "BatchNormalization", since: [6, 7, 9, 14, 15],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("scale", .floats, variable: "T1"),
      Parameter("B", .floats, variable: "T1"), Parameter("input_mean", .floats, variable: "T2"),
      Parameter("input_var", .floats, variable: "T2"),
    ],
    outputs: [
      Parameter("Y", .floats, variable: "T"), Parameter("running_mean", .floats, .optional, variable: "T2"),
      Parameter("running_var", .floats, .optional, variable: "T2"),
      Parameter("saved_mean", .floats, .optional), Parameter("saved_var", .floats, .optional),
    ],
    attributes: ["epsilon", "is_test", "momentum", "spatial", "training_mode"])

  package let epsilon: Float
  package let momentum: Float
  package let isTraining: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    epsilon = try node.float("epsilon") ?? 1e-5
    momentum = try node.float("momentum") ?? 0.9
    isTraining = try node.flag("training_mode") ?? false
    if node.version < 7, try node.int("is_test") ?? 0 == 0 {
      throw node.error(.unsupportedForm, "training (is_test = 0) is not supported before operator set 14")
    }
    guard try node.int("spatial") ?? 1 != 0 else {
      throw node.error(.unsupportedForm, "statistics for each position (spatial = 0) are not supported")
    }
    if node.wantsOutput.dropFirst().contains(true), !isTraining {
      throw node.error(
        .unsupportedForm, "statistics are outputs with training_mode (operator set 14 and later) only")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("epsilon", epsilon), Attribute("momentum", momentum), Attribute("training_mode", isTraining),
    ]
  }

  package var inPlaceInputs: [Int] { isTraining ? [] : [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = context.dimensions(0)
    context.setOutput(0, context.elementType(0), dimensions)
    guard dimensions?.isEmpty != true else {
      throw context.error(.shapeMismatch, "X must have at least one axis")
    }
    let channels: Dimension? = dimensions.map { $0.count > 1 ? $0[1] : 1 }
    for index in 1..<5 {
      guard let own = context.dimensions(index) else { continue }
      guard own.count == 1 else {
        throw context.error(
          .shapeMismatch, "scale, B, mean and variance must have rank 1, found \(own.count)")
      }
      if let count = channels?.value, let found = own[0].value, count != found {
        throw context.error(.shapeMismatch, "X has \(count) channels, input \(index) has \(found) elements")
      }
    }
    let statistics: [Dimension] = [channels ?? context.freshDimension()]
    context.setOutput(1, context.elementType(3), statistics)
    context.setOutput(2, context.elementType(4), statistics)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.input(0).elementType {
      case .float32: step(&context, context.kernels.normalization.channelAffineF32)
      case .float64: step(&context, NormalizationScalars.affine as ChannelAffineKernel<Double>)
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }

  private func step<Element: BinaryFloatingPoint & TensorElement>(
    _ context: inout PrepareContext, _ kernel: @escaping ChannelAffineKernel<Element>
  ) -> Step {
    let shape: Shape = context.input(0).shape
    let division =
      shape.rank == 1 ? AxisDivision([shape[0], 1], axis: 1) : AxisDivision(shape.extents, axis: 1)
    let channels: Int = division.whole.length
    let parameters: [PrepareContext.Operand] = (1..<5).map { context.input($0) }
    let (epsilon, isTraining): (Double, Bool) = (Double(self.epsilon), self.isTraining)
    let statistics: BatchStatistics<Element>? =
      isTraining ? BatchStatistics(context, shape: division.whole, momentum: Double(momentum)) : nil
    var fixed: StepBuffer<Element>?
    if !isTraining, parameters.allSatisfy({ $0.constant != nil }) {
      let bases: [UnsafeRawPointer] = parameters.compactMap { $0.constant?.base }
      fixed = StepBuffer(count: 2 * channels) { target in
        for channel in 0..<channels {
          let values: [Double] = (0..<4).map {
            RealReader.read(bases[$0], parameters[$0].elementType, channel)
          }
          let factor: Double = values[0] / (values[3] + epsilon).squareRoot()
          target[channel] = Element(factor)
          target[channels + channel] = Element(values[1] - values[2] * factor)
        }
      }
    }
    let coefficients: Int = context.temporary(
      fixed == nil ? 2 * channels * MemoryLayout<Element>.stride : 0)
    let readers: [RealReader] = fixed == nil ? parameters.map { RealReader($0) } : []
    let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
    let (rowStride, channelStride): (Int, Int) = (division.whole.outerStride, division.whole.lengthStride)
    let tasks = ChannelDivision(division.whole)
    let constants: StepBuffer<Element>? = fixed
    return Step { run in
      let source = run.input(xSlot, as: Element.self)
      let target = run.output(ySlot, as: Element.self)
      var factors: UnsafePointer<Element> = run.input(coefficients)
      if let constants {
        factors = constants.address
      } else {
        let own: UnsafeMutablePointer<Element> = run.output(coefficients)
        let (scale, offset, mean, variance) = (readers[0], readers[1], readers[2], readers[3])
        run.parallel(statistics == nil ? 1 : channels) { task, _ in
          for channel in statistics == nil ? 0..<channels : task..<task + 1 {
            let used: (mean: Double, variance: Double) =
              statistics?.update(run, source, channel)
              ?? (mean.read(run, channel), variance.read(run, channel))
            let factor: Double = scale.read(run, channel) / (used.variance + epsilon).squareRoot()
            own[channel] = Element(factor)
            own[channels + channel] = Element(offset.read(run, channel) - used.mean * factor)
          }
        }
      }
      tasks.run(run) { part, outer, channel, inner in
        let place: Int = outer &* rowStride &+ channel &* channelStride &+ inner
        kernel(target + place, source + place, factors + channel, factors + channels + channel, part)
      }
      withExtendedLifetime(constants) {}
    }
  }
}

/// Statistics of a batch and the running ones that they update.
private struct BatchStatistics<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  let shape: AxisShape
  let momentum: Double
  let mean: RealReader
  let variance: RealReader
  let meanOut: RealReader?
  let varianceOut: RealReader?

  init(_ context: PrepareContext, shape: AxisShape, momentum: Double) {
    self.shape = shape
    self.momentum = momentum
    mean = RealReader(context.input(3))
    variance = RealReader(context.input(4))
    meanOut = context.optionalOutput(1).map { RealReader($0) }
    varianceOut = context.optionalOutput(2).map { RealReader($0) }
  }

  /// The moments of one channel; writes its running ones.
  func update(_ run: RunContext, _ x: UnsafePointer<Element>, _ channel: Int) -> (
    mean: Double, variance: Double
  ) {
    let start = x + channel &* shape.lengthStride
    let count = Double(shape.outer &* shape.inner)
    var sum: Double = 0
    for outer in 0..<shape.outer {
      for inner in 0..<shape.inner { sum += Double(start[outer &* shape.outerStride &+ inner]) }
    }
    let center: Double = sum / count
    var squares: Double = 0
    for outer in 0..<shape.outer {
      for inner in 0..<shape.inner {
        let distance: Double = Double(start[outer &* shape.outerStride &+ inner]) - center
        squares += distance * distance
      }
    }
    let spread: Double = squares / count
    meanOut?.write(run, channel, mean.read(run, channel) * momentum + center * (1 - momentum))
    varianceOut?.write(run, channel, variance.read(run, channel) * momentum + spread * (1 - momentum))
    return (center, spread)
  }
}
