internal import Graphs
internal import Operators
internal import Tensors

/// Nodes that are connected by images and can all work channels-last.
struct LayoutRegion {
  /// By position in the graph: how each node of the region is converted.
  private(set) var conversions: [Int: LayoutConversion] = [:]

  /// The regions of a graph that hold a convolution.
  static func all(in context: RewriteContext) -> [LayoutRegion] {
    let graph: Graph = context.graph
    var conversions: [Int: LayoutConversion] = [:]
    for (position, node) in graph.nodes.enumerated() {
      if let conversion = LayoutConversion(node, context) { conversions[position] = conversion }
    }
    // Union of nodes that hand images to each other.
    var parents: [Int] = Array(graph.nodes.indices)
    func root(_ position: Int) -> Int {
      var position: Int = position
      while parents[position] != position {
        parents[position] = parents[parents[position]]
        position = parents[position]
      }
      return position
    }
    for (position, conversion) in conversions {
      for input in conversion.images {
        guard let producer = graph[input].producer.flatMap({ context.uses.position(of: $0) }),
          let other = conversions[producer], other.makesImages
        else { continue }
        parents[root(position)] = root(producer)
      }
    }
    var regions: [Int: LayoutRegion] = [:]
    for (position, conversion) in conversions {
      regions[root(position), default: LayoutRegion()].conversions[position] = conversion
    }
    return regions.values.filter { region in
      region.conversions.keys.contains { graph.nodes[$0].op is ConvOp }
    }
  }

  /// Whether `value` is an image that the region makes.
  private func makes(_ value: ValueID, _ context: RewriteContext) -> Bool {
    guard let position = context.graph[value].producer.flatMap({ context.uses.position(of: $0) }) else {
      return false
    }
    return conversions[position]?.makesImages ?? false
  }

  /// Images that come from outside and must be transposed. What was made channels-last, or is read
  /// channels-first, need not.
  func borderInputs(in context: RewriteContext) -> [ValueID] {
    var found: Set<ValueID> = []
    for conversion in conversions.values {
      for value in conversion.images where !makes(value, context) && !conversion.readsChannelsFirst {
        if LayoutConversion.channelsLastSource(of: value, context) == nil { found.insert(value) }
      }
    }
    return found.sorted()
  }

  /// Images that are used outside and must be transposed back.
  func borderOutputs(in context: RewriteContext) -> [ValueID] {
    var found: Set<ValueID> = []
    for (position, conversion) in conversions where conversion.makesImages {
      for case let value? in context.graph.nodes[position].outputs where isUsedOutside(value, context) {
        found.insert(value)
      }
    }
    return found.sorted()
  }

  func isUsedOutside(_ value: ValueID, _ context: RewriteContext) -> Bool {
    context.uses.outputCount(of: value) > 0
      || context.uses[value].contains { use in
        guard let conversion = conversions[use.position] else {
          return !Self.undoes(context.graph.nodes[use.position])
        }
        return !conversion.images.contains(value)
      }
  }

  /// Whether a node outside brings an image into channels-last itself, so that nothing moves.
  private static func undoes(_ node: Node) -> Bool {
    (node.op as? TransposeOp)?.permutation == LayoutConversion.toChannelsLast
  }
}
