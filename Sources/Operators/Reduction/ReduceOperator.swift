package import Graphs
package import KernelInterface
internal import Tensors

/// Attributes of the operators that reduce axes.
package struct ReduceOptions: Sendable {
  /// Reduced axes stay, with an extent of 1.
  package var keepsDimensions: Bool
  /// No axes named means none are reduced, rather than all.
  package var reducesNoneByDefault: Bool
}

/// `Reduce...`: the axes named by the input `axes` (all, where there are none) become one element each.
/// The operators differ in the function and its types.
package protocol ReduceOperator: KernelOperator {
  static var function: ReductionFunction { get }
  var options: ReduceOptions { get }
  init(options: ReduceOptions)
}

extension ReduceOperator {
  package init(_ node: inout NodeReader) throws(GraphError) {
    let keepsDimensions: Bool = try node.int("keepdims") ?? 1 != 0
    let reducesNone: Bool = try node.int("noop_with_empty_axes") ?? 0 != 0
    if let axes = try node.ints("axes") {
      guard !node.hasInput(1) else {
        throw node.error(.invalidAttribute, "axes are given as an attribute and as an input")
      }
      node.setInput(1, to: Tensor(axes.map { Int64($0) }))
    }
    self.init(
      options: ReduceOptions(keepsDimensions: keepsDimensions, reducesNoneByDefault: reducesNone))
  }

  package var attributes: [Attribute] {
    [
      Attribute("keepdims", options.keepsDimensions),
      Attribute("noop_with_empty_axes", options.reducesNoneByDefault),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard let named = context.hasInput(1) ? context.integers(1) : [] else {
      let same: [Dimension]? = options.keepsDimensions ? input.map { _ in context.freshDimension() } : nil
      context.setOutput(0, context.elementType(0), same)
      return
    }
    var axes: Set<Int> = []
    for axis in named { axes.insert(try context.normalized(axis: axis, rank: input.count)) }
    if named.isEmpty, !options.reducesNoneByDefault { axes = Set(input.indices) }
    var result: [Dimension] = []
    for (axis, extent) in input.enumerated() {
      if !axes.contains(axis) { result.append(extent) } else if options.keepsDimensions { result.append(1) }
    }
    context.setOutput(0, context.elementType(0), result)
    if input.count == 1, axes.contains(0), context.elementType(0) == .int64,
      let value = Self.reduced(context.knownDimensions(0))
    {
      context.setKnown(0, KnownValue(dimensions: [value], isScalar: !options.keepsDimensions))
    }
  }

  /// The result over dimensions, where the function has one.
  private static func reduced(_ dimensions: [Dimension]?) -> Dimension? {
    guard let dimensions else { return nil }
    switch function {
    case .sum: return dimensions.reduce(0, +)
    case .product: return dimensions.reduce(1, *)
    case .max: return dimensions.first.map { dimensions.dropFirst().reduce($0, Dimension.maximum) }
    case .min: return dimensions.first.map { dimensions.dropFirst().reduce($0, Dimension.minimum) }
    default: return nil
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape: Shape = context.input(0).shape
    var axes: Set<Int> = []
    if let operand = context.optionalInput(1) {
      guard let named = operand.constant?.integers else {
        throw context.error(.unknownShape, "the axes are not known")
      }
      axes = Set(named.compactMap { shape.normalized(axis: $0) })
    }
    if axes.isEmpty, context.optionalInput(1)?.shape.count ?? 0 == 0, !options.reducesNoneByDefault {
      axes = Set(0..<shape.rank)
    }
    return try context.widened { (context) throws(PlanError) in
      let type: ElementType = context.input(0).elementType == .bool ? .uint8 : context.input(0).elementType
      guard let element = type.kernelElement,
        let kernel = context.kernels.reduction.kernel(Self.function, element)
      else { throw context.unsupported(type) }
      let geometry = ReductionGeometry(shape, reducing: axes)
      return geometry.step(
        &context, kernel: kernel, x: context.input(0).slot, y: context.output(0).slot,
        inputSize: element.size, outputSize: element.size)
    }
  }
}
