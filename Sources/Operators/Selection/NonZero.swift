package import Graphs
package import Tensors

/// `NonZero`: the coordinates of all elements that are not zero (for strings: not empty), in row-major
/// order, one column for each: int64 [rank, n].
///
/// ONNX operator set: NonZero-9 to 13. For a scalar the result is [0, n].
package struct NonZeroOp: ValueOperator {
  package static let schema = OperatorSchema(
    "NonZero", since: [9, 13],
    inputs: [Parameter("X", .all)],
    outputs: [Parameter("Y", [.int64])])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let rank: Dimension = context.rank(0).map { Dimension($0) } ?? context.freshDimension()
    context.setOutput(0, .int64, [rank, context.freshDimension()])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    guard let tensor = inputs[0]?.tensor?.aligned else {
      throw context.error(.invalidInput, "expected a tensor")
    }
    guard let found = tensor.nonZeroPositions else {
      throw context.error(.unsupportedType, "there is no zero of type \(tensor.elementType.name)")
    }
    let strides: [Int] = tensor.shape.strides
    var coordinates: [Int64] = []
    coordinates.reserveCapacity(found.count * strides.count)
    for axis in strides.indices {
      for position in found { coordinates.append(Int64(position / strides[axis] % tensor.shape[axis])) }
    }
    return [.tensor(Tensor(coordinates, [strides.count, found.count]))]
  }
}

extension Tensor {
  /// The positions of all elements that are not zero; nil for types that have no zero to compare with.
  fileprivate var nonZeroPositions: [Int]? {
    if let strings { return strings.elements.indices.filter { !strings.elements[$0].isEmpty } }
    if elementType == .complex64 {
      let parts: [Float] = Tensor(.float32, [2 * count], storage: storage, byteOffset: byteOffset).elements()
      return (0..<count).filter { parts[2 * $0] != 0 || parts[2 * $0 + 1] != 0 }
    }
    if elementType == .complex128 {
      let parts: [Double] = Tensor(.float64, [2 * count], storage: storage, byteOffset: byteOffset).elements()
      return (0..<count).filter { parts[2 * $0] != 0 || parts[2 * $0 + 1] != 0 }
    }
    return elementType.visit(NonZeroSearch(tensor: self))
  }
}

private struct NonZeroSearch: ElementVisitor {
  let tensor: Tensor

  func visit<Element: ScalarElement>(_ type: Element.Type) -> [Int] {
    tensor.withElements(of: type) { elements in
      var found: [Int] = []
      for index in 0..<elements.count where !elements[index].isZero { found.append(index) }
      return found
    }
  }
}
