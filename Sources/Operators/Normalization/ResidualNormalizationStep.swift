internal import Graphs
internal import KernelInterface
internal import Tensors

/// What the normalizations of a sum share: `Sum = X + Residual` and the normalization of its last axes in one
/// pass over memory. X and Residual broadcast to each other.
extension RowNormalizationForm {
  /// Checks inputs 0 and 1, which are added, and the parameters; sets the types of Y and Sum.
  func inferResidual(_ context: inout InferenceContext, parameters: [Int]) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    if let dimensions { try check(dimensions, context, parameters: parameters) }
    let type: ElementType? = context.elementType(0) ?? context.elementType(1)
    context.setOutput(0, type, dimensions)
    context.setOutput(1, type, dimensions)
  }

  /// The step over inputs 0 (X) and 1 (Residual) and outputs 0 (Y) and 1 (Sum).
  func prepareResidual(
    _ context: PrepareContext, gain: PrepareContext.Operand?, offset: PrepareContext.Operand?
  ) throws(PlanError) -> Step {
    let y: PrepareContext.Operand = context.output(0)
    let (x, residual): (PrepareContext.Operand, PrepareContext.Operand) = (context.input(0), context.input(1))
    let axis: Int = y.shape.normalized(axis: self.axis) ?? 0
    let columns: Int = y.shape.count(axis..<y.shape.rank)
    let isPlain: Bool = [gain, offset].allSatisfy {
      $0 == nil || ($0?.elementType == .float32 && isDense($0?.shape ?? .scalar, y.shape, axis))
    }
    for (full, other) in [(x, residual), (residual, x)]
    where isPlain && y.elementType == .float32 && full.shape == y.shape {
      guard let period = period(of: other.shape, in: y.shape, axis: axis) else { continue }
      return vectorStep(
        context, full: full.slot, other: other.slot, period: period, rows: y.shape.count(0..<axis),
        columns: columns, gain: gain?.slot, offset: offset?.slot)
    }
    switch y.elementType {
    case .float32: return scalarStep(Float.self, context, axis, gain, offset)
    case .float64: return scalarStep(Double.self, context, axis, gain, offset)
    default: throw context.unsupported(y.elementType)
    }
  }

  /// After how many rows a dense operand of this shape repeats; nil where it does not repeat as a whole.
  private func period(of shape: Shape, in whole: Shape, axis: Int) -> Int? {
    let padded: [Int] = Array(repeating: 1, count: whole.rank - shape.rank) + shape.extents
    let first: Int = padded.firstIndex { $0 != 1 } ?? whole.rank
    guard first <= axis, padded[first...] == whole.extents[first...] else { return nil }
    return max(1, whole.count(first..<axis))
  }

  private func vectorStep(
    _ context: PrepareContext, full: Int, other: Int, period: Int, rows: Int, columns: Int, gain: Int?,
    offset: Int?
  ) -> Step {
    let kernels: NormalizationKernels = context.kernels.normalization
    let kernel = isRootMeanSquare ? kernels.rmsNormF32 : kernels.layerNormF32
    let (y, sum): (Int, Int?) = (context.output(0).slot, context.optionalOutput(1)?.slot)
    let grain: Int = max(1, (1 << 14) / max(1, columns))
    let epsilon: Float = self.epsilon
    return Step { run in
      let source = run.input(full, as: Float.self)
      let added = run.input(other, as: Float.self)
      let target = run.output(y, as: Float.self)
      run.forRanges(of: rows, grain: grain) { range, _ in
        var row: Int = range.lowerBound
        while row < range.upperBound {
          let phase: Int = row % period
          let count: Int = min(range.upperBound &- row, period &- phase)
          var work = RowNormalization(
            out: target + row &* columns, input: source + row &* columns, rows: count, columns: columns,
            epsilon: epsilon)
          work.residual = added + phase &* columns
          work.residualStride = columns
          if let sum {
            work.sum = run.output(sum, as: Float.self) + row &* columns
            work.sumStride = columns
          }
          if let gain { work.gain = run.input(gain) }
          if let offset { work.offset = run.input(offset) }
          kernel(work)
          row &+= count
        }
      }
    }
  }

  private func scalarStep<Element: BinaryFloatingPoint & TensorElement>(
    _ type: Element.Type, _ context: PrepareContext, _ axis: Int, _ gain: PrepareContext.Operand?,
    _ offset: PrepareContext.Operand?
  ) -> Step {
    let shape: Shape = context.output(0).shape
    let (rows, columns): (Int, Int) = (shape.count(0..<axis), shape.count(axis..<shape.rank))
    let x = BroadcastReader(context.input(0), to: shape)
    let residual = BroadcastReader(context.input(1), to: shape)
    let factors: BroadcastReader? = gain.map { BroadcastReader($0, to: shape) }
    let terms: BroadcastReader? = offset.map { BroadcastReader($0, to: shape) }
    let (y, sum): (Int, Int?) = (context.output(0).slot, context.optionalOutput(1)?.slot)
    let (epsilon, isRootMeanSquare): (Double, Bool) = (Double(self.epsilon), self.isRootMeanSquare)
    return Step { run in
      let target = run.output(y, as: Element.self)
      let sums: UnsafeMutablePointer<Element> = sum.map { run.output($0, as: Element.self) } ?? target
      run.forRanges(of: rows, grain: max(1, (1 << 13) / max(1, columns))) { range, _ in
        for row in range {
          let first: Int = row &* columns
          for index in first..<first &+ columns {
            sums[index] = Element(x.read(run, index) + residual.read(run, index))
          }
          let line = UnsafePointer(sums) + first
          let found: (mean: Double, variance: Double) = NormalizationScalars.moments(line, columns)
          let center: Double = isRootMeanSquare ? 0 : found.mean
          let spread: Double =
            isRootMeanSquare ? found.variance + found.mean * found.mean : found.variance
          let inverse: Double = 1 / (spread + epsilon).squareRoot()
          for column in 0..<columns {
            let index: Int = first &+ column
            let scaled: Double = (Double(line[column]) - center) * inverse * (factors?.read(run, index) ?? 1)
            target[index] = Element(scaled + (terms?.read(run, index) ?? 0))
          }
        }
      }
    }
  }
}
