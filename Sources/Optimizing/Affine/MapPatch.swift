internal import Graphs
internal import Operators
internal import Tensors

/// Writes the patch for what a `MapMover` collected: staged nodes anew, in order, and in the place of the
/// node that was the map, what is left of it.
struct MapPatch {
  private let mover: MapMover
  private let graph: Graph
  private var patch: GraphPatch
  private var moved: [ValueID: ValueID] = [:]

  init(_ mover: MapMover) {
    self.mover = mover
    graph = mover.context.graph
    patch = GraphPatch(mover.context.graph)
  }

  /// The patch in which the map node `origin`, of input `input`, becomes `rest` (nil: nothing).
  mutating func replacing(_ origin: Node, input: Int, rest: AxisMap?) -> GraphPatch? {
    for node in graph.nodes {
      if node.id == origin.id {
        guard let source = origin.inputs[input], let output = origin.outputs[0] else { return nil }
        var result: ValueID = resolve(source)
        if let rest, !rest.isIdentity {
          guard let value = apply(rest, to: result, like: output, name: origin.name) else { return nil }
          result = value
        }
        moved[output] = result
        patch.replace(output, by: result)
      } else if let rewrite = mover.staged[node.id] {
        write(node, rewrite)
      }
    }
    return patch
  }

  /// The patch in which `node`, which maps what `first` makes of its input `input`, does both as `map`.
  mutating func merging(_ first: Node, input: Int, into node: Node, as map: AxisMap) -> GraphPatch? {
    guard let source = first.inputs[input], let output = node.outputs[0],
      let value = apply(map, to: source, like: output, name: node.name)
    else { return nil }
    patch.replace(output, by: value)
    return patch
  }

  /// The patch in which only staged nodes change.
  mutating func writingStaged() -> GraphPatch {
    for node in graph.nodes {
      if let rewrite = mover.staged[node.id] { write(node, rewrite) }
    }
    return patch
  }

  /// The same, where the nodes `trimmed` lose their inputs from index `count` on, and those in `offsets`
  /// are followed by a sum with what is given there.
  mutating func writingStaged(
    dropping count: Int, of trimmed: Set<NodeID>, adding offsets: [NodeID: FoldableConstant]
  ) -> GraphPatch {
    for node in graph.nodes {
      guard let rewrite = mover.staged[node.id] else { continue }
      var written: Node = node
      if trimmed.contains(node.id) {
        written.inputs = Array(node.inputs.prefix(count))
        written.outputs = Array(node.outputs.prefix(1))
      }
      write(written, rewrite)
      guard let offset = offsets[node.id], let output = node.outputs[0], let value = moved[output] else {
        continue
      }
      let term: ValueID = patch.constant(offset, name: "\(graph[output].name).offset")
      let sum: ValueID = patch.add(
        AddOp(), name: node.name, inputs: [value, term], outputName: "\(graph[output].name).shifted")
      moved[output] = sum
      patch.replace(output, by: sum)
    }
    return patch
  }

  private func resolve(_ value: ValueID) -> ValueID { moved[value] ?? value }

  private mutating func write(_ node: Node, _ rewrite: AffineRewrite) {
    var inputs: [ValueID?] = node.inputs.map { $0.map { resolve($0) } }
    for (index, constant) in rewrite.constants.sorted(by: { $0.key < $1.key }) {
      while inputs.count <= index { inputs.append(nil) }
      let old: ValueID? = index < node.inputs.count ? node.inputs[index] : nil
      if let quantized = constant.quantized, let old, let producer = mover.context.producer(of: old) {
        inputs[index] = dequantized(quantized, old, producer)
        continue
      }
      let fallback: String = "\(node.outputs[0].map { graph[$0].name } ?? node.name).\(index)"
      inputs[index] = patch.constant(constant, name: old.map { graph[$0].name } ?? fallback)
    }
    let outputs: [ValueID?] = patch.add(
      rewrite.op, name: node.name, inputs: inputs, outputNames: node.outputs.map { $0.map { graph[$0].name } }
    )
    for (old, new) in zip(node.outputs, outputs) {
      guard let old, var new else { continue }
      if let addend = rewrite.addend, old == node.outputs[0] {
        let term: ValueID = patch.constant(addend, name: "\(graph[old].name).shift")
        new = patch.add(
          AddOp(), name: node.name, inputs: [new, term], outputName: "\(graph[old].name).shifted")
      }
      moved[old] = new
      patch.replace(old, by: new)
    }
  }

  /// The value for a constant of codes that was `old`, which `producer` makes of others.
  private mutating func dequantized(_ constant: QuantizedConstant, _ old: ValueID, _ producer: Node)
    -> ValueID
  {
    guard let op = producer.op as? any ConstantDequantizer, let codes = producer.inputs[0],
      let before = op.quantizedConstant(mover.view(producer))
    else { return old }
    let isSame: Bool = before.codes.base == constant.codes.base
    if isSame, before.axis == constant.axis, before.scales == constant.scales { return old }
    func name(_ index: Int) -> String {
      let input: ValueID? = index < producer.inputs.count ? producer.inputs[index] : nil
      return input.map { graph[$0].name } ?? "\(graph[old].name).\(index)"
    }
    let hasZeroPoint: Bool = producer.inputs.count > 2 && producer.inputs[2] != nil
    let (written, scale, zeroPoint) = op.dequantizing(constant, hasZeroPoint: hasZeroPoint)
    var inputs: [ValueID?] = [isSame ? codes : patch.constant(constant.codes, name: name(0))]
    inputs.append(patch.constant(scale, name: name(1)))
    if let zeroPoint { inputs.append(patch.constant(zeroPoint, name: name(2))) }
    return patch.add(written, name: producer.name, inputs: inputs, outputName: graph[old].name)
  }

  /// Nodes that apply `map` to `value`, whose type is that of `output`: one, but for a scale with a shift
  /// along another axis than a normalization's.
  private mutating func apply(_ map: AxisMap, to value: ValueID, like output: ValueID, name: String)
    -> ValueID?
  {
    guard let type = graph[output].type?.elementType, let rank = graph[output].type?.dimensions?.count else {
      return nil
    }
    let base: String = graph[output].name
    let zero = FoldableConstant(exact: [0], elementType: type, shape: [])
    var extents: [Int] = []
    if let axis = map.axis { extents = [map.count] + Array(repeating: 1, count: rank - 1 - axis) }
    guard let factor = zero.replaced(by: map.scale, shape: Shape(extents)),
      let term = zero.replaced(by: map.shift, shape: Shape(extents))
    else { return nil }
    switch MapForm(map) {
    case .identity: return value
    case .negation: return patch.add(NegOp(), name: name, inputs: [value], outputName: base)
    case .difference:
      let constant: ValueID = patch.constant(term, name: "\(base).shift")
      return patch.add(SubOp(), name: name, inputs: [constant, value], outputName: base)
    case .scale: return scaled(value, factor, base, name: name, outputName: base)
    case .shift: return shifted(value, term, base, name: name)
    case .normalization: return normalized(value, map, like: zero, base, name: name)
    case .scaleAndShift:
      let product: ValueID = scaled(value, factor, base, name: name, outputName: "\(base).scaled")
      return shifted(product, term, base, name: name)
    }
  }

  private mutating func scaled(
    _ value: ValueID, _ factor: FoldableConstant, _ base: String, name: String, outputName: String
  ) -> ValueID {
    let constant: ValueID = patch.constant(factor, name: "\(base).scale")
    return patch.add(MulOp(), name: name, inputs: [value, constant], outputName: outputName)
  }

  private mutating func shifted(_ value: ValueID, _ term: FoldableConstant, _ base: String, name: String)
    -> ValueID
  {
    let constant: ValueID = patch.constant(term, name: "\(base).shift")
    return patch.add(AddOp(), name: name, inputs: [value, constant], outputName: base)
  }

  private mutating func normalized(
    _ value: ValueID, _ map: AxisMap, like zero: FoldableConstant, _ base: String, name: String
  ) -> ValueID? {
    let lists: [(String, [Double])] = [
      ("scale", map.scale), ("shift", map.shift), ("mean", map.scale.map { _ in 0 }),
      ("variance", map.scale.map { _ in 1 }),
    ]
    var inputs: [ValueID?] = [value]
    for (what, values) in lists {
      guard let constant = zero.replaced(by: values, shape: [map.count]) else { return nil }
      inputs.append(patch.constant(constant, name: "\(base).\(what)"))
    }
    return patch.add(BatchNormalizationOp(epsilon: 0), name: name, inputs: inputs, outputName: base)
  }
}
