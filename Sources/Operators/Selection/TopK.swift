package import Graphs
internal import Tensors

/// `TopK`: the `K` largest (or smallest) elements along `axis` and their indices, best first. Of equal
/// elements the one with the lower index comes first; a NaN counts as the largest.
///
/// ONNX operator set: TopK-1 to 24; before 10 `k` is an attribute. Refused: a `K` that is negative or
/// beyond the axis.
package struct TopKOp: KernelOperator {
  package static let schema = OperatorSchema(
    "TopK", since: [1, 10, 11, 24],
    inputs: [Parameter("X", .numbers, variable: "T"), Parameter("K", [.int64])],
    outputs: [Parameter("Values", .numbers, variable: "T"), Parameter("Indices", [.int64])],
    attributes: ["axis", "k", "largest", "sorted"])

  package let axis: Int
  package let largest: Bool
  package let sorted: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? -1
    largest = try node.flag("largest") ?? true
    sorted = try node.flag("sorted") ?? true
    if let count = try node.int("k") { node.setInput(1, to: Tensor([Int64(count)])) }
    guard node.hasInput(1) else { throw node.error(.missingAttribute, "attribute 'k' is required") }
  }

  package var attributes: [Attribute] {
    [Attribute("axis", axis), Attribute("largest", largest), Attribute("sorted", sorted)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard var result = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      context.setOutput(1, .int64, nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: result.count)
    if let count = context.shapeElements(1)?.first {
      if let k = count.value, let extent = result[axis].value, k < 0 || k > extent {
        throw context.error(.invalidInput, "K is \(k), the axis has \(extent) elements")
      }
      result[axis] = count
    } else {
      result[axis] = context.freshDimension()
    }
    context.setOutput(0, context.elementType(0), result)
    context.setOutput(1, .int64, result)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape: Shape = context.input(0).shape
    let axis: Int = shape.normalized(axis: self.axis) ?? 0
    guard let count = try context.integers(ofInput: 1).first else {
      throw context.error(.unknownShape, "K has no element")
    }
    context.reserveScratch(count &* MemoryLayout<Int>.size)
    let search = TopSearch(
      source: context.input(0).slot, values: context.optionalOutput(0)?.slot,
      indices: context.optionalOutput(1)?.slot, columns: shape.count(0..<axis),
      length: shape[axis], inner: shape.count((axis + 1)..<shape.rank), count: count, largest: largest)
    guard let step = context.input(0).elementType.visit(search) else {
      throw context.unsupported(context.input(0).elementType)
    }
    return step
  }
}

/// The search along the middle axis of `[columns, length, inner]`: a heap of the best `count` so far, its
/// root the worst of them, that is sorted in the end.
private struct TopSearch: ElementVisitor {
  let source: Int
  let values: Int?
  let indices: Int?
  let columns: Int
  let length: Int
  let inner: Int
  let count: Int
  let largest: Bool

  func visit<Element: ScalarElement>(_ type: Element.Type) -> Step {
    let search = self
    return Step { run in
      guard search.count > 0 else { return }
      let grain: Int = max(1, (1 << 14) / max(search.length, 1))
      run.forRanges(of: search.columns &* search.inner, grain: grain) { range, worker in
        let heap = run.scratch(worker).assumingMemoryBound(to: Int.self)
        for line in range {
          let (outer, place) = (line / search.inner, line % search.inner)
          let input = run.input(search.source, as: type) + (outer &* search.length &* search.inner &+ place)
          search.find(heap, input)
          let first: Int = outer &* search.count &* search.inner &+ place
          for rank in 0..<search.count {
            let position: Int = first &+ rank &* search.inner
            if let slot = search.values {
              run.output(slot, as: type)[position] = input[heap[rank] &* search.inner]
            }
            if let slot = search.indices { run.output(slot, as: Int64.self)[position] = Int64(heap[rank]) }
          }
        }
      }
    }
  }

  /// Leaves the indices of the best `count` elements in `heap`, best first.
  @inline(__always)
  private func find<Element: ScalarElement>(
    _ heap: UnsafeMutablePointer<Int>, _ input: UnsafePointer<Element>
  ) {
    for index in 0..<count { heap[index] = index }
    var root: Int = count / 2 &- 1
    while root >= 0 {
      sink(heap, input, from: root, size: count)
      root &-= 1
    }
    for index in count..<max(length, count) where isBetter(index, heap[0], input) {
      heap[0] = index
      sink(heap, input, from: 0, size: count)
    }
    var size: Int = count &- 1
    while size > 0 {
      let worst: Int = heap[0]
      heap[0] = heap[size]
      heap[size] = worst
      sink(heap, input, from: 0, size: size)
      size &-= 1
    }
  }

  @inline(__always)
  private func isBetter<Element: ScalarElement>(_ a: Int, _ b: Int, _ input: UnsafePointer<Element>) -> Bool {
    let (left, right) = (input[a &* inner], input[b &* inner])
    if Element.precedes(left, right) { return !largest }
    if Element.precedes(right, left) { return largest }
    return a < b
  }

  /// Moves the entry at `start` down until both entries below it are better.
  @inline(__always)
  private func sink<Element: ScalarElement>(
    _ heap: UnsafeMutablePointer<Int>, _ input: UnsafePointer<Element>, from start: Int, size: Int
  ) {
    var parent: Int = start
    while true {
      var worst: Int = 2 &* parent &+ 1
      if worst >= size { return }
      if worst &+ 1 < size, isBetter(heap[worst], heap[worst &+ 1], input) { worst &+= 1 }
      if isBetter(heap[worst], heap[parent], input) { return }
      let moved: Int = heap[parent]
      heap[parent] = heap[worst]
      heap[worst] = moved
      parent = worst
    }
  }
}
