internal import Graphs
internal import KernelInterface
internal import Tensors

/// What NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss share: for each sample of log-probabilities
/// [batch, classes, ...] the loss `-x[target] * weight[target]`, 0 where the target is `ignore_index`; then
/// nothing, the sum, or the sum divided by that of the weights. Sums are taken in float64.
struct NegativeLogLikelihood: Sendable {
  enum Reduction: String, Sendable {
    case none
    case sum
    case mean
  }

  let reduction: Reduction
  let ignoredIndex: Int?

  init(_ node: NodeReader) throws(GraphError) {
    let name: String = try node.string("reduction") ?? "mean"
    guard let reduction = Reduction(rawValue: name) else {
      throw node.error(
        .invalidAttribute, "attribute 'reduction' must be none, sum or mean, found '\(name)'")
    }
    self.reduction = reduction
    ignoredIndex = try node.int("ignore_index")
  }

  var attributes: [Attribute] {
    [Attribute("reduction", reduction.rawValue)]
      + (ignoredIndex.map { [Attribute("ignore_index", $0)] } ?? [])
  }

  func infer(_ context: inout InferenceContext) throws(GraphError) {
    let input: [Dimension]? = context.dimensions(0)
    guard input?.count ?? 2 >= 2 else {
      throw context.error(
        .shapeMismatch, "the input must have a rank of at least 2, found \(input?.count ?? 0)")
    }
    let target: [Dimension]? = context.dimensions(1) ?? input.map { [$0[0]] + $0.dropFirst(2) }
    if let input, let target {
      try RecurrentSizes.check(context, "the target", target, [input[0]] + input.dropFirst(2))
      try RecurrentSizes.check(context, "weight", context.dimensions(2), [input[1]])
    }
    context.setOutput(0, context.elementType(0), reduction == .none ? target : [])
  }

  /// A step over log-probabilities of the given shape in slot `x`.
  func step<Element: BinaryFloatingPoint & TensorElement>(
    _ context: PrepareContext, _ type: Element.Type, shape: Shape, x: Int
  ) -> Step {
    let classes: Int = shape[1]
    let positions: Int = shape.count(2..<shape.rank)
    let samples: Int = shape[0] * positions
    let isWide: Bool = context.input(1).elementType == .int64
    let (targetSlot, ySlot): (Int, Int) = (context.input(1).slot, context.output(0).slot)
    let weightSlot: Int? = context.optionalInput(2)?.slot
    let (reduction, ignored): (Reduction, Int?) = (self.reduction, ignoredIndex)
    return Step { (run) throws(ExecutionError) in
      let source = run.input(x, as: Element.self)
      let y = run.output(ySlot, as: Element.self)
      let weights: UnsafePointer<Element>? = weightSlot.map { run.input($0) }
      var (sum, total): (Double, Double) = (0, 0)
      for sample in 0..<samples {
        let label: Int =
          isWide
          ? Int(run.input(targetSlot, as: Int64.self)[sample])
          : Int(run.input(targetSlot, as: Int32.self)[sample])
        if let ignored, label == ignored {
          if reduction == .none { y[sample] = 0 }
          continue
        }
        guard label >= 0, label < classes else {
          throw ExecutionError(.indexOutOfRange, "class \(label) is outside [0, \(classes - 1)]")
        }
        let weight: Double = weights.map { Double($0[label]) } ?? 1
        let place: Int = (sample / positions &* classes &+ label) &* positions &+ sample % positions
        let loss: Double = -Double(source[place]) * weight
        if reduction == .none { y[sample] = Element(loss) }
        sum += loss
        total += weight
      }
      if reduction == .sum { y[0] = Element(sum) }
      if reduction == .mean { y[0] = Element(sum / total) }
    }
  }
}
