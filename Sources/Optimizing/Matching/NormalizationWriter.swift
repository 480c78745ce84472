internal import Graphs
internal import Operators
internal import Tensors

/// Writes the operator that a `NormalizationPattern` becomes.
struct NormalizationWriter {
  private let pattern: NormalizationPattern
  private let context: RewriteContext
  /// The shape that gain and offset get.
  private let parameters: Shape
  private var patch: GraphPatch

  init(_ pattern: NormalizationPattern, _ context: RewriteContext, parameters: Shape) {
    self.pattern = pattern
    self.context = context
    self.parameters = parameters
    patch = GraphPatch(context.graph)
  }

  /// The pattern as `op` of the input, the gain and the offset (zeros where there is none and the operator
  /// needs one).
  mutating func patch(_ op: any Operator, alwaysOffset: Bool = false, note: String) -> GraphPatch? {
    guard let output = pattern.root.outputs[0],
      let result = add(
        op, pattern.input, alwaysOffset: alwaysOffset, outputName: context.graph[output].name)
    else { return nil }
    patch.replace(output, by: result)
    patch.note = note
    return patch
  }

  /// The same between transpositions that put axis 1 last and back.
  mutating func channelsLastPatch(_ op: any Operator, rank: Int) -> GraphPatch? {
    guard let output = pattern.root.outputs[0] else { return nil }
    let name: String = context.graph[output].name
    let turned: ValueID = patch.add(
      TransposeOp(permutation: [0] + Array(2..<rank) + [1]), name: pattern.root.name,
      inputs: [pattern.input], outputName: "\(name).turned")
    guard let normal = add(op, turned, alwaysOffset: false, outputName: "\(name).normal") else { return nil }
    let back: ValueID = patch.add(
      TransposeOp(permutation: [0, rank - 1] + Array(1..<rank - 1)), name: pattern.root.name,
      inputs: [normal], outputName: name)
    patch.replace(output, by: back)
    patch.note = "over axis 1, between transpositions"
    return patch
  }

  private mutating func add(_ op: any Operator, _ input: ValueID, alwaysOffset: Bool, outputName: String)
    -> ValueID?
  {
    guard let type = context.elementType(pattern.input) else { return nil }
    var inputs: [ValueID] = [input]
    guard let gain = parameter(pattern.gain, otherwise: 1, type) else { return nil }
    inputs.append(patch.constant(gain, name: name(pattern.gain, "gain")))
    if alwaysOffset || pattern.offset != nil {
      guard let offset = parameter(pattern.offset, otherwise: 0, type) else { return nil }
      inputs.append(patch.constant(offset, name: name(pattern.offset, "offset")))
    }
    return patch.add(op, name: pattern.root.name, inputs: inputs, outputName: outputName)
  }

  private func name(_ value: ValueID?, _ ending: String) -> String {
    if let value { return context.graph[value].name }
    return "\(pattern.root.outputs[0].map { context.graph[$0].name } ?? pattern.root.name).\(ending)"
  }

  private func parameter(_ value: ValueID?, otherwise number: Double, _ type: ElementType)
    -> FoldableConstant?
  {
    guard let value else {
      return FoldableConstant(
        exact: Array(repeating: number, count: parameters.count), elementType: type, shape: parameters)
    }
    return context.constant(value)?.expanded(toParameter: parameters)
  }
}

extension FoldableConstant {
  /// Whether the constant is one number, or has the shape `shape`, perhaps behind axes of one element.
  func hasParameterShape(_ shape: Shape) -> Bool {
    if self.shape.count == 1 { return true }
    let leading: Int = self.shape.rank - shape.rank
    return leading >= 0 && self.shape.extents[..<leading].allSatisfy { $0 == 1 }
      && Array(self.shape.extents[leading...]) == shape.extents
  }

  /// The elements under another shape of as many, or the one element repeated.
  func expanded(toParameter shape: Shape) -> FoldableConstant? {
    if self.shape == shape { return self }
    guard let values = doubles else { return nil }
    if values.count == shape.count { return replaced(by: values, shape: shape) }
    guard values.count == 1 else { return nil }
    return replaced(by: Array(repeating: values[0], count: shape.count), shape: shape)
  }
}
