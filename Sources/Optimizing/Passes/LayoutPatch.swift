internal import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// Writes the patch that puts regions into channels-last.
struct LayoutPatch {
  private let context: RewriteContext
  private let graph: Graph
  private let regions: [LayoutRegion]
  private var patch: GraphPatch
  /// Images that exist channels-last, by their channels-first value.
  private var converted: [ValueID: ValueID] = [:]

  init(_ context: RewriteContext, _ regions: [LayoutRegion]) {
    self.context = context
    self.regions = regions
    graph = context.graph
    patch = GraphPatch(context.graph)
  }

  mutating func written() -> GraphPatch {
    var owners: [Int: Int] = [:]
    for (index, region) in regions.enumerated() {
      for position in region.conversions.keys { owners[position] = index }
    }
    for position in graph.nodes.indices {
      guard let owner = owners[position], let conversion = regions[owner].conversions[position] else {
        continue
      }
      write(graph.nodes[position], conversion, regions[owner])
    }
    patch.note = regions.count == 1 ? "one region" : "\(regions.count) regions"
    return patch
  }

  private mutating func write(_ node: Node, _ conversion: LayoutConversion, _ region: LayoutRegion) {
    var inputs: [ValueID?] = node.inputs
    var op: any Operator = conversion.op
    for (index, input) in node.inputs.enumerated() {
      guard let input, conversion.images.contains(input), conversion.constants[index] == nil else { continue }
      if conversion.readsChannelsFirst, converted[input] == nil, let convolution = op as? ConvOp,
        LayoutConversion.channelsLastSource(of: input, context) == nil
      {
        op = convolution.with(ImageLayouts(input: .channelsFirst, output: .channelsLast))
        continue
      }
      inputs[index] = channelsLast(input)
    }
    for (index, constant) in conversion.constants.sorted(by: { $0.key < $1.key }) {
      while inputs.count <= index { inputs.append(nil) }
      let old: ValueID? = index < node.inputs.count ? node.inputs[index] : nil
      inputs[index] = patch.constant(constant, name: old.map { graph[$0].name } ?? "\(node.name).\(index)")
    }
    if conversion.offset != nil { inputs = Array(inputs.prefix(2)) }
    var outputs: [ValueID?] = patch.add(
      op, name: node.name, inputs: inputs, outputNames: node.outputs.map { $0.map { graph[$0].name } })
    if let offset = conversion.offset, let output = node.outputs[0] {
      let constant: ValueID = patch.constant(offset, name: "\(graph[output].name).shift")
      outputs[0] = patch.add(
        AddOp(), name: node.name, inputs: [outputs[0], constant], outputName: graph[output].name)
    }
    for (old, new) in zip(node.outputs, outputs) {
      guard let old, let new else { continue }
      guard conversion.makesImages else {
        patch.replace(old, by: new)
        continue
      }
      converted[old] = new
      if isUsed(old, beside: region) { patch.replace(old, by: channelsFirst(new, like: old)) }
    }
  }

  private func isUsed(_ value: ValueID, beside region: LayoutRegion) -> Bool {
    context.uses.outputCount(of: value) > 0
      || context.uses[value].contains { use in
        !(region.conversions[use.position]?.images.contains(value) ?? false)
      }
  }

  /// `value` channels-last: what a region made, or its source where it was transposed from there, or it
  /// transposed.
  private mutating func channelsLast(_ value: ValueID) -> ValueID {
    if let known = converted[value] { return known }
    let result: ValueID
    if let source = LayoutConversion.channelsLastSource(of: value, context) {
      result = source
    } else {
      result = moved(value, like: value, by: LayoutConversion.toChannelsLast)
    }
    converted[value] = result
    return result
  }

  private mutating func channelsFirst(_ value: ValueID, like old: ValueID) -> ValueID {
    moved(value, like: old, by: LayoutConversion.toChannelsFirst)
  }

  /// `value`, an image whose channels-first form has the type of `image`, transposed. Where one pixel or one
  /// channel is all there is, elements stay where they are, and only the shape changes.
  private mutating func moved(_ value: ValueID, like image: ValueID, by permutation: [Int]) -> ValueID {
    let dimensions: [Dimension] = graph[image].type?.dimensions ?? []
    let name: String = graph[image].name
    let isRenaming: Bool =
      dimensions.count == 4
      && (dimensions[2].value == 1 && dimensions[3].value == 1 || dimensions[1].value == 1)
    let toLast: Bool = permutation == LayoutConversion.toChannelsLast
    let extents: [Int] = (toLast ? permutation.map { dimensions[$0] } : dimensions).dropFirst()
      .compactMap(\.value)
    guard isRenaming, extents.count == 3 else {
      return patch.add(
        TransposeOp(permutation: permutation), name: "", inputs: [value], outputName: name)
    }
    // 0 keeps the batch, whether known or not.
    let shape: ValueID = patch.constant(Tensor(([0] + extents).map { Int64($0) }), name: "\(name).shape")
    return patch.add(ReshapeOp(allowsZero: false), name: "", inputs: [value, shape], outputName: name)
  }
}
