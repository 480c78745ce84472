internal import Graphs
internal import KernelInterface
internal import Tensors

/// What LayerNormalization and RMSNormalization share: X seen as rows, one for each index of the axes before
/// `axis`, each normalized by its own statistics and then scaled and shifted by broadcast tensors.
struct RowNormalizationForm: Sendable {
  let axis: Int
  let epsilon: Float
  /// The type that statistics are computed in; at least float32 here.
  let stashType: ElementType
  /// Divides by the root of the mean square and subtracts no mean.
  let isRootMeanSquare: Bool

  init(axis: Int, epsilon: Float, stashType: ElementType, isRootMeanSquare: Bool) {
    self.axis = axis
    self.epsilon = epsilon
    self.stashType = stashType
    self.isRootMeanSquare = isRootMeanSquare
  }

  init(_ node: NodeReader, isRootMeanSquare: Bool) throws(GraphError) {
    axis = try node.int("axis") ?? -1
    epsilon = try node.float("epsilon") ?? 1e-5
    stashType = try node.elementType("stash_type") ?? .float32
    self.isRootMeanSquare = isRootMeanSquare
    guard stashType.isFloatingPoint, TypeSet.floats.contains(stashType) else {
      throw node.error(
        .invalidAttribute, "attribute 'stash_type' must be a floating type, found \(stashType.name)")
    }
  }

  var attributes: [Attribute] {
    [
      Attribute("axis", axis), Attribute("epsilon", epsilon),
      Attribute("stash_type", Int(stashType.rawValue)),
    ]
  }

  /// Checks the inputs; the output has X's dimensions. Returns those of the statistics.
  func infer(_ context: inout InferenceContext, parameters: [Int]) throws(GraphError) -> [Dimension]? {
    guard let dimensions = context.dimensions(0) else { return nil }
    return try check(dimensions, context, parameters: parameters)
  }

  /// Checks the inputs `parameters` against the dimensions that are normalized; returns those of statistics.
  @discardableResult
  func check(_ dimensions: [Dimension], _ context: InferenceContext, parameters: [Int]) throws(GraphError)
    -> [Dimension]
  {
    let axis: Int = try context.normalized(axis: self.axis, rank: dimensions.count)
    for index in parameters {
      guard let own = context.dimensions(index) else { continue }
      for (extent, target) in zip(own.reversed(), dimensions.reversed()) {
        if let extent = extent.value, let target = target.value, extent != target, extent != 1 {
          throw context.error(
            .shapeMismatch, "input \(index) of shape \(own) doesn't broadcast to \(dimensions)")
        }
      }
      guard own.count <= dimensions.count else {
        throw context.error(.shapeMismatch, "input \(index) has a higher rank than X")
      }
    }
    return dimensions.enumerated().map { $0.offset < axis ? $0.element : 1 }
  }

  /// The step; `gain` and `offset` broadcast to X, and `mean` and `deviation` take a float32 number per row.
  func prepare(
    _ context: inout PrepareContext, gain: PrepareContext.Operand?, offset: PrepareContext.Operand?,
    mean: PrepareContext.Operand?, deviation: PrepareContext.Operand?
  ) throws(PlanError) -> Step {
    let (x, y): (PrepareContext.Operand, PrepareContext.Operand) = (context.input(0), context.output(0))
    let axis: Int = x.shape.normalized(axis: self.axis) ?? 0
    let columns: Int = x.shape.count(axis..<x.shape.rank)
    let rows: Int = x.shape.count(0..<axis)
    let isPlain: Bool = [gain, offset].allSatisfy {
      $0 == nil || ($0?.elementType == .float32 && isDense($0?.shape ?? .scalar, x.shape, axis))
    }
    let statistics: [PrepareContext.Operand?] = [mean, deviation]
    if x.elementType == .float32, isPlain,
      statistics.allSatisfy({ $0 == nil || $0?.elementType == .float32 })
    {
      let kernel =
        isRootMeanSquare
        ? context.kernels.normalization.rmsNormF32 : context.kernels.normalization.layerNormF32
      return vectorStep(
        kernel, x: x.slot, y: y.slot, rows: rows, columns: columns, gain: gain?.slot, offset: offset?.slot,
        mean: mean?.slot, deviation: deviation?.slot)
    }
    switch x.elementType {
    case .float32:
      return scalarStep(Float.self, x, y, rows, columns, (gain, offset), (mean, deviation))
    case .float64:
      return scalarStep(Double.self, x, y, rows, columns, (gain, offset), (mean, deviation))
    default: throw context.unsupported(x.elementType)
    }
  }

  /// Whether a parameter has exactly the normalized axes, so that it is one row shared by all.
  func isDense(_ shape: Shape, _ x: Shape, _ axis: Int) -> Bool {
    let padded: [Int] = Array(repeating: 1, count: x.rank - shape.rank) + shape.extents
    return padded[..<axis].allSatisfy { $0 == 1 } && padded[axis...] == x.extents[axis...]
  }

  private func vectorStep(
    _ kernel: @escaping @Sendable (RowNormalization) -> Void, x: Int, y: Int, rows: Int, columns: Int,
    gain: Int?, offset: Int?, mean: Int?, deviation: Int?
  ) -> Step {
    let grain: Int = max(1, (1 << 14) / max(1, columns))
    let epsilon: Float = self.epsilon
    return Step { run in
      let source = run.input(x, as: Float.self)
      let target = run.output(y, as: Float.self)
      run.forRanges(of: rows, grain: grain) { range, _ in
        let first: Int = range.lowerBound
        var work = RowNormalization(
          out: target + first &* columns, input: source + first &* columns, rows: range.count,
          columns: columns, epsilon: epsilon)
        if let gain { work.gain = run.input(gain) }
        if let offset { work.offset = run.input(offset) }
        if let mean { work.mean = run.output(mean, as: Float.self) + first }
        if let deviation { work.inverseDeviation = run.output(deviation, as: Float.self) + first }
        kernel(work)
      }
    }
  }

  private typealias Pair = (PrepareContext.Operand?, PrepareContext.Operand?)

  private func scalarStep<Element: BinaryFloatingPoint & TensorElement>(
    _ type: Element.Type, _ x: PrepareContext.Operand, _ y: PrepareContext.Operand, _ rows: Int,
    _ columns: Int,
    _ parameters: Pair, _ statistics: Pair
  ) -> Step {
    let gain: BroadcastReader? = parameters.0.map { BroadcastReader($0, to: x.shape) }
    let offset: BroadcastReader? = parameters.1.map { BroadcastReader($0, to: x.shape) }
    let mean: RealReader? = statistics.0.map { RealReader($0) }
    let deviation: RealReader? = statistics.1.map { RealReader($0) }
    let (xSlot, ySlot): (Int, Int) = (x.slot, y.slot)
    let (epsilon, isRootMeanSquare): (Double, Bool) = (Double(self.epsilon), self.isRootMeanSquare)
    return Step { run in
      let source = run.input(xSlot, as: Element.self)
      let target = run.output(ySlot, as: Element.self)
      run.forRanges(of: rows, grain: max(1, (1 << 13) / max(1, columns))) { range, _ in
        for row in range {
          let line = source + row &* columns
          let found: (mean: Double, variance: Double) = NormalizationScalars.moments(line, columns)
          let center: Double = isRootMeanSquare ? 0 : found.mean
          let spread: Double =
            isRootMeanSquare ? found.variance + found.mean * found.mean : found.variance
          let inverse: Double = 1 / (spread + epsilon).squareRoot()
          for column in 0..<columns {
            let index: Int = row &* columns &+ column
            let normal: Double = (Double(line[column]) - center) * inverse
            let scaled: Double = normal * (gain?.read(run, index) ?? 1)
            target[index] = Element(scaled + (offset?.read(run, index) ?? 0))
          }
          mean?.write(run, row, center)
          deviation?.write(run, row, inverse)
        }
      }
    }
  }
}

/// Reads a floating tensor as if it were broadcast to another shape.
struct BroadcastReader: Sendable {
  private let reader: RealReader
  /// Extents of the whole and strides of the operand, in turn.
  private let table: OffsetTable
  private let rank: Int

  init(_ operand: PrepareContext.Operand, to shape: Shape) {
    reader = RealReader(operand)
    rank = shape.rank
    let strides: [Int] = operand.shape.strides
    var numbers: [Int] = []
    for axis in 0..<shape.rank {
      let own: Int = axis - (shape.rank - operand.shape.rank)
      numbers += [shape[axis], own < 0 || operand.shape[own] == 1 ? 0 : strides[own]]
    }
    table = OffsetTable(numbers)
  }

  func read(_ run: RunContext, _ index: Int) -> Double {
    var (rest, offset): (Int, Int) = (index, 0)
    let numbers: UnsafePointer<Int> = table.address
    var axis: Int = rank - 1
    while axis >= 0 {
      offset += rest % numbers[2 * axis] * numbers[2 * axis + 1]
      rest /= numbers[2 * axis]
      axis -= 1
    }
    return reader.read(run, offset)
  }
}
