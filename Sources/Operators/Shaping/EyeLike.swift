package import Graphs
package import Tensors

/// `EyeLike`: a matrix of the input's shape with ones on the diagonal `k` and zeros elsewhere, of type
/// `dtype` or the input's.
///
/// ONNX operator set: EyeLike-9 to 22. Refused: an input that is no matrix.
package struct EyeLikeOp: KernelOperator {
  private static let types: TypeSet = TypeSet.numbers | [.bool]

  package static let schema = OperatorSchema(
    "EyeLike", since: [9, 22],
    inputs: [Parameter("input", types)],
    outputs: [Parameter("output", types)],
    attributes: ["dtype", "k"])

  package let type: ElementType?
  package let diagonal: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    type = try node.elementType("dtype")
    diagonal = try node.int("k") ?? 0
    if let type, !Self.types.contains(type) {
      throw node.error(.invalidAttribute, "attribute 'dtype' can't be \(type.name)")
    }
  }

  package var attributes: [Attribute] {
    [Attribute("k", diagonal)] + (type.map { [Attribute("dtype", Int($0.rawValue))] } ?? [])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let rank = context.rank(0), rank != 2 {
      throw context.error(.shapeMismatch, "expected a matrix, found rank \(rank)")
    }
    context.setOutput(0, type ?? context.elementType(0), context.dimensions(0) ?? context.freshDimensions(2))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape: Shape = context.output(0).shape
    let (rows, columns): (Int, Int) = (shape[0], shape[1])
    let first: Int = max(0, min(rows, diagonal < 0 ? -max(diagonal, -rows) : 0))
    let shift: Int = max(-rows, min(diagonal, columns))
    let writer = OnesWriter(
      slot: context.output(0).slot, count: shape.count, first: first, last: min(rows, columns - shift),
      columns: columns, shift: shift)
    guard let step = context.output(0).elementType.visit(writer) else {
      throw context.unsupported(context.output(0).elementType)
    }
    return step
  }
}

/// Zeros `count` elements and writes a one at column `row + shift` of the rows `first ..< last`.
private struct OnesWriter: ElementVisitor {
  let slot: Int
  let count: Int
  let first: Int
  let last: Int
  let columns: Int
  let shift: Int

  func visit<Element: ScalarElement>(_ type: Element.Type) -> Step {
    let (slot, count, columns, shift) = (slot, count, columns, shift)
    let rows: Range<Int> = first..<max(first, last)
    return Step { run in
      run.slots[slot].initializeMemory(
        as: UInt8.self, repeating: 0, count: count &* MemoryLayout<Element>.size)
      let out = run.output(slot, as: Element.self)
      for row in rows { out[row &* columns &+ row &+ shift] = Element.one }
    }
  }
}
