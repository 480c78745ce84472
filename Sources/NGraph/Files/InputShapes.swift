internal import Formats
internal import Graphs
internal import Tensors

/// The shapes that a user gives for a model's inputs, and what follows for dimensions of the same name.
struct InputShapes {
  let shapes: [String: [Int]]

  init(_ shapes: [String: [Int]]) { self.shapes = shapes }

  /// The named dimensions that the shapes fix. Refuses a shape that contradicts the model.
  func symbols(of inputs: [ValueDescription]) throws(NGraphError) -> [String: Int] {
    var symbols: [String: Int] = [:]
    for name in shapes.keys.sorted() {
      guard let shape = shapes[name] else { continue }
      guard let input = inputs.first(where: { $0.name == name }) else {
        throw NGraphError(
          .run, "invalidInput",
          "a shape is given for '\(name)'; the inputs are \(inputs.map { "'\($0.name)'" }.joined(separator: ", "))"
        )
      }
      guard let extents = input.extents else { continue }
      let fits: Bool =
        extents.count == shape.count && zip(extents, shape).allSatisfy { $0.value == nil || $0.value == $1 }
      guard fits else {
        throw NGraphError(
          .run, "invalidInput", "expected a shape for \(input.kind), found \(shape)", at: "input '\(name)'")
      }
      for (extent, size) in zip(extents, shape) {
        guard case .symbolic(let symbol) = extent else { continue }
        guard symbols[symbol] == nil || symbols[symbol] == size else {
          throw NGraphError(
            .run, "invalidInput",
            "dimension '\(symbol)' is \(symbols[symbol] ?? 0) and \(size) in the shapes given",
            at: "input '\(name)'")
        }
        symbols[symbol] = size
      }
    }
    return symbols
  }

  /// The extents of `input`, nil where free; nil where not even the rank is known.
  func extents(of input: ValueDescription, symbols: [String: Int]) -> [Int?]? {
    if let shape = shapes[input.name] { return shape }
    return input.extents?.map { extent in
      switch extent {
      case .known(let value): value
      case .symbolic(let name): symbols[name]
      case .free: nil
      }
    }
  }

  /// What a file for `input` must hold.
  func expected(_ input: ValueDescription, symbols: [String: Int]) -> ExpectedValue? {
    func expected(_ kind: ValueDescription.Kind, shape: [Int?]?) -> ExpectedValue? {
      switch kind {
      case .array(let type, let extents):
        .tensor(type.elementType, shape: shape ?? extents?.map(\.value))
      case .sequence(let element): .sequence(expected(element, shape: nil))
      case .optional(let element): .optional(expected(element, shape: nil))
      case .map: .map
      case .unknown: nil
      }
    }
    return expected(input.kind, shape: extents(of: input, symbols: symbols))
  }

  /// `graph` with the shapes given as types of its inputs, for inference.
  func inferenceInputs(of graph: Graph) throws(NGraphError) -> [InferenceContext.Input?] {
    let inputs: [ValueDescription] = ValueDescription.inputs(of: graph)
    let symbols: [String: Int] = try symbols(of: inputs)
    return zip(graph.inputs, inputs).map { id, input in
      guard case .tensor(let type, let dimensions)? = graph[id].type,
        let extents = extents(of: input, symbols: symbols)
      else { return nil }
      let known: [Dimension] = extents.enumerated().map { axis, extent in
        extent.map { Dimension($0) } ?? dimensions?[axis] ?? Dimension(symbol: "?\(input.name).\(axis)")
      }
      return InferenceContext.Input(type: .tensor(type, known))
    }
  }
}
