internal import Graphs
internal import Tensors

extension EvaluationContext {
  /// The elements of input `index`, which must be a sequence.
  func sequence(_ inputs: [Value?], _ index: Int) throws(ExecutionError) -> [Value] {
    guard index < inputs.count, case .sequence(let elements)? = inputs[index] else {
      throw error(.invalidInput, "input \(index) must be a sequence")
    }
    return elements
  }

  /// The position that input `index` names, `standard` where it is left out; negative ones count from the
  /// end of `count` elements. Refused outside `0 ..< limit`.
  func position(_ inputs: [Value?], _ index: Int, count: Int, limit: Int, standard: Int)
    throws(ExecutionError)
    -> Int
  {
    guard index < inputs.count, let input = inputs[index] else { return standard }
    guard let named = input.tensor?.integers?.first else {
      throw error(.invalidInput, "input \(index) must be a position")
    }
    let position: Int = named < 0 ? named &+ count : named
    guard position >= 0, position < limit else {
      throw error(.indexOutOfRange, "position \(named) is out of range for \(count) elements")
    }
    return position
  }
}

extension InferenceContext {
  /// The type of the elements of input `index`; nil where it is unknown.
  func elementOfSequence(_ index: Int) throws(GraphError) -> ValueType? {
    switch type(index) {
    case nil: return nil
    case .sequence(let element)?: return element
    case .some(let other): throw error(.typeMismatch, "input \(index) must be a sequence, found \(other)")
    }
  }

  /// What is true of all `types`; nil where one is unknown.
  mutating func joined(_ types: [ValueType?]) throws(GraphError) -> ValueType? {
    guard var result = types.first ?? nil else { return nil }
    for type in types.dropFirst() {
      guard let type else { return nil }
      let next: ValueType? = result.joined(with: type, fresh: { freshDimension() })
      guard let next else { throw error(.typeMismatch, "\(result) and \(type) can't be in one sequence") }
      result = next
    }
    return result
  }
}
