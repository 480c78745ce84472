internal import Graphs
internal import Operators
internal import Tensors

/// Looks for the parts of a `NormalizationPattern`, and remembers the nodes met on the way.
struct NormalizationSearch {
  let context: RewriteContext
  var nodes = PatternNodes()

  private struct Spread {
    let axes: [Int]
    let epsilon: Double
    /// x, where the numerator is x - mean(x).
    let centered: ValueID?
  }

  // d / sqrt(...)

  mutating func quotient(_ root: Node) -> NormalizationPattern? {
    if root.op is DivOp {
      guard let (numerator, denominator) = context.bothOrders(root).first else { return nil }
      return pattern(numerator, spread: { $0.deviation(denominator) }, root)
    }
    guard root.op is MulOp else { return nil }
    for (numerator, factor) in context.bothOrders(root) {
      if let found = pattern(numerator, spread: { $0.inverseDeviation(factor) }, root) { return found }
    }
    return nil
  }

  private mutating func pattern(
    _ numerator: ValueID, spread: (inout NormalizationSearch) -> ValueID?, _ root: Node
  ) -> NormalizationPattern? {
    nodes = PatternNodes()
    guard let radicand = spread(&self), let variance = variance(radicand, of: numerator) else { return nil }
    return NormalizationPattern(
      input: variance.centered ?? numerator, axes: variance.axes, epsilon: variance.epsilon,
      subtractsMean: variance.centered != nil, nodes: nodes, root: root)
  }

  /// The variance, or the mean square, of what `numerator` is made of.
  private mutating func variance(_ radicand: ValueID, of numerator: ValueID) -> Spread? {
    let (sum, epsilon): (ValueID, Double) = withoutEpsilon(radicand)
    guard epsilon >= 0, epsilon < 1 else { return nil }
    if let difference = centered(numerator) {
      let before: PatternNodes = nodes
      if let axes = meanSquare(sum, of: numerator), axes == difference.axes {
        nodes.insert(difference.nodes)
        return Spread(axes: axes, epsilon: epsilon, centered: difference.input)
      }
      nodes = before
      if let axes = differenceOfSquares(sum, of: difference.input), axes == difference.axes {
        nodes.insert(difference.nodes)
        return Spread(axes: axes, epsilon: epsilon, centered: difference.input)
      }
      nodes = before
    }
    guard let axes = meanSquare(sum, of: numerator) else { return nil }
    return Spread(axes: axes, epsilon: epsilon, centered: nil)
  }

  // x m + (offset - mean m)

  mutating func batchForm(_ root: Node) -> NormalizationPattern? {
    guard root.op is AddOp || root.op is SubOp else { return nil }
    for (scaled, rest) in context.bothOrders(root) {
      nodes = PatternNodes()
      if let found = batchForm(root, scaled, rest) { return found }
      if root.op is SubOp { break }
    }
    return nil
  }

  private mutating func batchForm(_ root: Node, _ scaled: ValueID, _ rest: ValueID) -> NormalizationPattern? {
    guard let (product, _) = context.producer(of: scaled, as: MulOp.self) else { return nil }
    var meanProduct: ValueID = rest
    var offset: ValueID?
    if root.op is AddOp {
      guard let (difference, _) = context.producer(of: rest, as: SubOp.self),
        let minuend = difference.inputs[0], context.constant(minuend) != nil,
        let subtrahend = difference.inputs[1]
      else { return nil }
      (offset, meanProduct) = (minuend, subtrahend)
      nodes.insert(difference)
    }
    guard let (lower, _) = context.producer(of: meanProduct, as: MulOp.self) else { return nil }
    nodes.insert(product)
    nodes.insert(lower)
    for (input, factor) in context.bothOrders(product) {
      guard let mean = lower.inputs[0] == factor ? lower.inputs[1] : lower.inputs[0],
        lower.inputs.contains(factor), let (reduction, axes) = self.mean(mean, of: input)
      else { continue }
      var (inverse, gain): (ValueID, ValueID?) = (factor, nil)
      if let (scale, _) = context.producer(of: factor, as: MulOp.self) {
        for (other, constant) in context.bothOrders(scale) where context.constant(constant) != nil {
          (inverse, gain) = (other, constant)
          nodes.insert(scale)
        }
      }
      guard let radicand = inverseDeviation(inverse) else { continue }
      let (sum, epsilon): (ValueID, Double) = withoutEpsilon(radicand)
      let before: PatternNodes = nodes
      var found: [Int]? = centeredMeanSquare(sum, of: input)
      if found == nil {
        nodes = before
        found = differenceOfSquares(sum, of: input)
      }
      guard found == axes, epsilon >= 0, epsilon < 1 else { continue }
      nodes.insert(reduction)
      var result = NormalizationPattern(
        input: input, axes: axes, epsilon: epsilon, subtractsMean: true, nodes: nodes, root: root)
      result.setTail(gain: gain, offset: offset)
      return result
    }
    return nil
  }

  // Parts

  /// The value under a square root that is divided by.
  private mutating func deviation(_ value: ValueID) -> ValueID? {
    let value: ValueID = withoutCasts(value)
    if let (node, _) = context.producer(of: value, as: SqrtOp.self) { return taken(node) }
    if let (node, _) = context.producer(of: value, as: PowOp.self), context.number(node.inputs[1]) == 0.5 {
      return taken(node)
    }
    guard let (node, _) = context.producer(of: value, as: ReciprocalOp.self), let input = node.inputs[0]
    else { return nil }
    nodes.insert(node)
    return inverseDeviation(input)
  }

  /// The value under a square root whose reciprocal is multiplied by.
  private mutating func inverseDeviation(_ value: ValueID) -> ValueID? {
    let value: ValueID = withoutCasts(value)
    if let (node, _) = context.producer(of: value, as: ReciprocalOp.self), let input = node.inputs[0] {
      nodes.insert(node)
      return deviation(input)
    }
    if let (node, _) = context.producer(of: value, as: DivOp.self), context.number(node.inputs[0]) == 1,
      let input = node.inputs[1]
    {
      nodes.insert(node)
      return deviation(input)
    }
    if let (node, _) = context.producer(of: value, as: PowOp.self) {
      if context.number(node.inputs[1]) == -0.5 { return taken(node) }
      if context.number(node.inputs[1]) == -1, let input = node.inputs[0] {
        nodes.insert(node)
        return deviation(input)
      }
    }
    guard let (node, _) = context.producer(of: value, as: SqrtOp.self), let input = node.inputs[0],
      let (inner, _) = context.producer(of: input, as: ReciprocalOp.self)
    else { return nil }
    nodes.insert(node)
    return taken(inner)
  }

  private mutating func taken(_ node: Node) -> ValueID? {
    guard let input = node.inputs[0] else { return nil }
    nodes.insert(node)
    return input
  }

  private mutating func withoutEpsilon(_ value: ValueID) -> (ValueID, Double) {
    let value: ValueID = withoutCasts(value)
    guard let (node, _) = context.producer(of: value, as: AddOp.self) else { return (value, 0) }
    for (sum, constant) in context.bothOrders(node) {
      guard let epsilon = context.number(constant) else { continue }
      nodes.insert(node)
      return (withoutCasts(sum), epsilon)
    }
    return (value, 0)
  }

  /// The axes of mean(base^2).
  private mutating func meanSquare(_ value: ValueID, of base: ValueID) -> [Int]? {
    guard let (reduction, op) = context.producer(of: value, as: ReduceMeanOp.self),
      let axes = context.reducedAxes(reduction, op.options), let square = reduction.inputs[0],
      let root = squareRoot(square), withoutCasts(root, until: base) == base
    else { return nil }
    nodes.insert(reduction)
    return axes
  }

  /// The axes of mean((x - mean(x))^2).
  private mutating func centeredMeanSquare(_ value: ValueID, of input: ValueID) -> [Int]? {
    guard let (reduction, op) = context.producer(of: value, as: ReduceMeanOp.self),
      let axes = context.reducedAxes(reduction, op.options), let square = reduction.inputs[0],
      let root = squareRoot(square), let difference = centered(withoutCasts(root)),
      difference.input == input, difference.axes == axes
    else { return nil }
    nodes.insert(difference.nodes)
    nodes.insert(reduction)
    return axes
  }

  /// The axes of mean(x^2) - mean(x)^2, which may be kept from falling below 0.
  private mutating func differenceOfSquares(_ value: ValueID, of input: ValueID) -> [Int]? {
    var value: ValueID = value
    if let node = context.producer(of: value), node.op is ReluOp || node.op is MaxOp {
      let operands: [ValueID] = node.inputs.compactMap { $0 }
      guard let inner = operands.first(where: { context.number($0) == nil }), operands.count <= 2,
        operands.allSatisfy({ $0 == inner || context.number($0) == 0 })
      else { return nil }
      nodes.insert(node)
      value = inner
    }
    guard let (difference, _) = context.producer(of: value, as: SubOp.self),
      let first = difference.inputs[0], let second = difference.inputs[1],
      let axes = meanSquare(first, of: input), let root = squareRoot(second),
      let (reduction, own) = mean(root, of: input), own == axes
    else { return nil }
    nodes.insert(difference)
    nodes.insert(reduction)
    return axes
  }

  /// What `value` is the square of: by Pow with the exponent 2, or Mul.
  private mutating func squareRoot(_ value: ValueID) -> ValueID? {
    if let (node, _) = context.producer(of: value, as: PowOp.self), exponent(node.inputs[1]) == 2 {
      nodes.insert(node)
      return node.inputs[0]
    }
    guard let (node, _) = context.producer(of: value, as: MulOp.self), node.inputs[0] == node.inputs[1] else {
      return nil
    }
    nodes.insert(node)
    return node.inputs[0]
  }

  private func exponent(_ value: ValueID?) -> Double? {
    if let number = context.number(value) { return number }
    guard let integers = context.integers(value), integers.count == 1 else { return nil }
    return Double(integers[0])
  }

  /// The reduction and its axes where `value` is mean(input).
  private mutating func mean(_ value: ValueID, of input: ValueID) -> (node: Node, axes: [Int])? {
    let value: ValueID = withoutCasts(value)
    guard let (node, op) = context.producer(of: value, as: ReduceMeanOp.self), let source = node.inputs[0],
      withoutCasts(source, until: input) == input, let axes = context.reducedAxes(node, op.options)
    else { return nil }
    return (node, axes)
  }

  private struct Difference {
    let input: ValueID
    let axes: [Int]
    let nodes: PatternNodes
  }

  /// x and its axes where `value` is x - mean(x).
  private func centered(_ value: ValueID) -> Difference? {
    guard let (node, _) = context.producer(of: value, as: SubOp.self), let input = node.inputs[0],
      let subtrahend = node.inputs[1]
    else { return nil }
    var search = NormalizationSearch(context: context)
    guard let (reduction, axes) = search.mean(subtrahend, of: input) else { return nil }
    search.nodes.insert(reduction)
    search.nodes.insert(node)
    return Difference(input: input, axes: axes, nodes: search.nodes)
  }

  /// The value before Casts that keep all its digits or lose those that such Casts added.
  private mutating func withoutCasts(_ value: ValueID, until stop: ValueID? = nil) -> ValueID {
    var value: ValueID = value
    while value != stop, let (node, op) = context.producer(of: value, as: CastOp.self),
      let source = node.inputs[0], let type = context.elementType(source), type.isFloatingPoint,
      Self.digits(op.target) >= Self.leastDigits, Self.digits(type) >= Self.leastDigits
    {
      nodes.insert(node)
      value = source
    }
    return value
  }

  /// Significant bits; Casts to types with fewer than `leastDigits` are part of no pattern.
  private static func digits(_ type: ElementType) -> Int {
    switch type {
    case .float64: 53
    case .float32: 24
    case .float16: 11
    case .bfloat16: 8
    default: 0
    }
  }

  private static let leastDigits: Int = 8
}
