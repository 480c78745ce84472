package import Graphs
internal import Operators
internal import Tensors

/// Puts regions of convolutions into channels-last: every operator of a region reads and writes images
/// [batch, height, width, channels], and transpositions stand only where a region meets the rest.
///
/// A region is what is connected by images through operators that work in either layout: convolutions,
/// pools, elementwise operators, joins and cuts along any axis, reductions, resizes. It is converted as a
/// whole, where its convolutions gain more than the transpositions at its border cost.
package struct ChooseLayout: RewriteRule {
  package static let name = "ChooseLayout"

  /// Multiply-adds of convolutions for each element that is transposed, from which on a region gains.
  private static let leastWork: Int = 64
  /// What stands for an extent that is not known.
  private static let usualExtent: Int = 32

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    // One look at the whole graph, at its first node.
    guard node.id == context.graph.nodes.first?.id else { return nil }
    guard context.graph.nodes.contains(where: { Self.isConvolution($0) }) else { return nil }
    let regions: [LayoutRegion] = LayoutRegion.all(in: context).filter { isWorthwhile($0, context) }
    if regions.isEmpty { return nil }
    var patch = LayoutPatch(context, regions)
    return patch.written()
  }

  private static func isConvolution(_ node: Node) -> Bool {
    (node.op as? ConvOp)?.layouts == ImageLayouts()
  }

  private func isWorthwhile(_ region: LayoutRegion, _ context: RewriteContext) -> Bool {
    let graph: Graph = context.graph
    var work: Int = 0
    for position in region.conversions.keys {
      let node: Node = graph.nodes[position]
      guard Self.isConvolution(node), let output = node.outputs[0], let weights = node.inputs[1] else {
        continue
      }
      let filter: [Int] = extents(weights, graph)
      work += extents(output, graph).reduce(1, *) * filter.dropFirst().reduce(1, *)
    }
    var moved: Int = 0
    for value in region.borderInputs(in: context) + region.borderOutputs(in: context) {
      let all: [Int] = extents(value, graph)
      // Images of one pixel, or of one channel, are only renamed.
      if all.count == 4, all[2] * all[3] == 1 || all[1] == 1 { continue }
      moved += all.reduce(1, *)
    }
    return work > 0 && work >= Self.leastWork * moved
  }

  private func extents(_ value: ValueID, _ graph: Graph) -> [Int] {
    guard let dimensions = graph[value].type?.dimensions else { return [] }
    return dimensions.enumerated().map { $1.value ?? ($0 == 0 ? 1 : Self.usualExtent) }
  }
}
