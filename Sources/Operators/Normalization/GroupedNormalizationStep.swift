internal import Graphs
internal import KernelInterface
internal import Tensors

/// The step of GroupNormalization and InstanceNormalization: each group of channels of each image of X
/// [batch, channels, ...] is normalized by its own mean and variance, then each channel is scaled and
/// shifted.
func groupedNormalizationStep(
  _ context: inout PrepareContext, groups: Int, epsilon: Float
) throws(PlanError) -> Step {
  switch context.input(0).elementType {
  case .float32:
    let moments = context.kernels.normalization.momentsF32
    return groupedStep(&context, groups, epsilon, context.kernels.normalization.channelAffineF32) {
      x, count in
      var (mean, variance): (Float, Float) = (0, 0)
      moments(&mean, &variance, 1, x, AxisShape(outer: 1, length: count, inner: 1))
      return (Double(mean), Double(variance))
    }
  case .float64:
    return groupedStep(
      &context, groups, epsilon, NormalizationScalars.affine as ChannelAffineKernel<Double>
    ) { x, count in
      NormalizationScalars.moments(x, count)
    }
  default: throw context.unsupported(context.input(0).elementType)
  }
}

private func groupedStep<Element: BinaryFloatingPoint & TensorElement>(
  _ context: inout PrepareContext, _ groups: Int, _ epsilon: Float,
  _ affine: @escaping ChannelAffineKernel<Element>,
  _ moments: @escaping @Sendable (UnsafePointer<Element>, Int) -> (mean: Double, variance: Double)
) -> Step {
  let shape: Shape = context.input(0).shape
  let channels: Int = shape[1] / groups
  let positions: Int = shape.count(2..<shape.rank)
  let part = AxisShape(outer: 1, length: channels, inner: positions)
  let rows: Int = shape[0] * groups
  let size: Int = channels * positions
  let (xSlot, ySlot): (Int, Int) = (context.input(0).slot, context.output(0).slot)
  let (gainSlot, offsetSlot): (Int, Int) = (context.input(1).slot, context.input(2).slot)
  let margin = Double(epsilon)
  context.reserveScratch(2 * channels * MemoryLayout<Element>.stride)
  return Step { run in
    let source = run.input(xSlot, as: Element.self)
    let target = run.output(ySlot, as: Element.self)
    let gain = run.input(gainSlot, as: Element.self)
    let offset = run.input(offsetSlot, as: Element.self)
    run.parallel(rows) { row, worker in
      let x = source + row &* size
      let found: (mean: Double, variance: Double) = moments(x, size)
      let inverse: Double = 1 / (found.variance + margin).squareRoot()
      let factors = run.scratch(worker).assumingMemoryBound(to: Element.self)
      let first: Int = row % groups &* channels
      for channel in 0..<channels {
        let factor: Double = Double(gain[first &+ channel]) * inverse
        factors[channel] = Element(factor)
        factors[channels &+ channel] = Element(Double(offset[first &+ channel]) - found.mean * factor)
      }
      affine(target + row &* size, x, factors, factors + channels, part)
    }
  }
}
