package import Graphs
package import Tensors

/// `Unique`: the different slices along `axis` (elements of the flattened input, where left out), sorted
/// ascending or in the order in which they first occur; with, for each, the index of its first occurrence
/// and how often it occurs, and for each slice of the input which of them it is.
///
/// ONNX operator set: Unique-11 to 28. Slices are compared lexicographically; a NaN comes last and equals a
/// NaN.
package struct UniqueOp: ValueOperator {
  package static let schema = OperatorSchema(
    "Unique", since: [11, 28],
    inputs: [Parameter("X", .all, variable: "T")],
    outputs: [
      Parameter("Y", .all, variable: "T"), Parameter("indices", [.int64], .optional),
      Parameter("inverse_indices", [.int64], .optional), Parameter("counts", [.int64], .optional),
    ],
    attributes: ["axis", "sorted"])

  package let axis: Int?
  package let sorted: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis")
    sorted = try node.flag("sorted") ?? true
  }

  package var attributes: [Attribute] {
    [Attribute("sorted", sorted)] + (axis.map { [Attribute("axis", $0)] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let count: Dimension = context.freshDimension()
    for index in 1..<4 { context.setOutput(index, .int64, [index == 2 ? context.freshDimension() : count]) }
    guard let axis else {
      context.setOutput(0, context.elementType(0), [count])
      return
    }
    guard var result = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    result[try context.normalized(axis: axis, rank: result.count)] = count
    context.setOutput(0, context.elementType(0), result)
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let input = inputs[0]?.tensor?.aligned else {
      throw context.error(.invalidInput, "expected a tensor")
    }
    let data: Tensor = axis == nil ? input.reshaped([input.count]) : input
    guard let axis = data.shape.normalized(axis: self.axis ?? 0) else {
      throw context.error(.invalidInput, "axis \(self.axis ?? 0) is out of range for rank \(data.shape.rank)")
    }
    let slices = SliceOrder(data, axis: axis)
    guard let precedes = slices.comparison else {
      throw context.error(.unsupportedType, "\(data.elementType.name) can't be compared")
    }
    // Equal slices stay in their order, so that the first of a group is the first occurrence.
    let order: [Int] = (0..<data.shape[axis]).sorted { left, right in
      if precedes(left, right) { return true }
      return !precedes(right, left) && left < right
    }
    var groups: [(first: Int, count: Int)] = []
    var groupOf = [Int](repeating: 0, count: order.count)
    for (place, slice) in order.enumerated() {
      if place == 0 || precedes(order[place - 1], slice) { groups.append((slice, 0)) }
      groups[groups.count - 1].count += 1
      groupOf[slice] = groups.count - 1
    }
    if !sorted {
      let byOccurrence: [Int] = groups.indices.sorted { groups[$0].first < groups[$1].first }
      var rank = [Int](repeating: 0, count: groups.count)
      for (place, group) in byOccurrence.enumerated() { rank[group] = place }
      groups = byOccurrence.map { groups[$0] }
      groupOf = groupOf.map { rank[$0] }
    }
    let firsts = Tensor(groups.map { Int64($0.first) })
    let values: [Value?] = try context.evaluate(GatherOp(axis: axis), [.tensor(data), .tensor(firsts)])
    let rest: [Tensor] = [firsts, Tensor(groupOf.map { Int64($0) }), Tensor(groups.map { Int64($0.count) })]
    let all: [Value?] = values + rest.map { .tensor($0) }
    return Array(all.prefix(context.wantsOutput.count))
  }
}

/// The order of the slices of a tensor along an axis, element by element.
private struct SliceOrder: ElementVisitor {
  private let tensor: Tensor
  private let axis: Int

  init(_ tensor: Tensor, axis: Int) {
    self.tensor = tensor
    self.axis = axis
  }

  /// Whether one slice, by index, comes before another; nil for types that have no order.
  var comparison: ((Int, Int) -> Bool)? {
    switch tensor.elementType {
    case .string:
      let texts: [String] = tensor.strings?.elements ?? []
      return lexicographic { texts[$0].utf8.lexicographicallyPrecedes(texts[$1].utf8) }
    case .complex64: return parts(.float32)
    case .complex128: return parts(.float64)
    default: return tensor.elementType.visit(self)
    }
  }

  /// Complex numbers as pairs of their parts.
  private func parts(_ type: ElementType) -> ((Int, Int) -> Bool)? {
    let shape = Shape(tensor.shape.extents + [2])
    let pairs = Tensor(type, shape, storage: tensor.storage, byteOffset: tensor.byteOffset)
    return SliceOrder(pairs, axis: axis).comparison
  }

  func visit<Element: ScalarElement>(_ type: Element.Type) -> (Int, Int) -> Bool {
    let elements: [Element] = tensor.withElements(of: type) { Array($0) }
    return lexicographic { Element.precedes(elements[$0], elements[$1]) }
  }

  @inline(__always)
  private func lexicographic(_ precedes: @escaping (Int, Int) -> Bool) -> (Int, Int) -> Bool {
    let shape: Shape = tensor.shape
    let outer: Int = shape.count(0..<axis)
    let inner: Int = shape.count((axis + 1)..<shape.rank)
    let length: Int = shape[axis]
    return { left, right in
      for block in 0..<outer {
        for place in 0..<inner {
          let a: Int = (block * length + left) * inner + place
          let b: Int = (block * length + right) * inner + place
          if precedes(a, b) { return true }
          if precedes(b, a) { return false }
        }
      }
      return false
    }
  }
}
