package import Graphs
internal import Operators

/// Dissolves an affine map along one axis (a BatchNormalization, a constant scale or shift) into the affine
/// layers before and after it: all of it upwards or downwards, else its scale one way and its shift the
/// other, else what leaves the least to do; never anything that costs as much as the map itself.
///
/// Signs may stay where magnitudes go: relu(s x + t) = |s| relu(sgn(s) x + t / |s|).
///
/// Exact in real arithmetic. The specification's section 1; Ioffe and Szegedy 2015 for the usual case.
package struct DissolveMaps: RewriteRule {
  package static let name = "DissolveMaps"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    search(node, in: context).patch
  }

  /// Why the map at `node` is still there; nil where the node is none.
  package func obstacles(_ node: Node, in context: RewriteContext) -> [String]? {
    guard MapMover(context, origin: node.id).map(at: node) != nil else { return nil }
    return search(node, in: context).obstacles.map(\.reason)
  }

  private func search(_ node: Node, in context: RewriteContext) -> (
    patch: GraphPatch?, obstacles: [MapObstacle]
  ) {
    let start = MapMover(context, origin: node.id)
    guard let (input, map) = start.map(at: node), let source = node.inputs[input],
      let output = node.outputs[0]
    else { return (nil, []) }
    let elements: Double = start.elements(of: source)
    var bound: Double = elements * (node.op is BatchNormalizationOp ? 2 : MapForm(map).passes)
    if map.isIdentity { bound = 1 }
    var obstacles: [MapObstacle] = []
    var best: (mover: MapMover, way: MapWay)?
    for way in MapWay.all(map) {
      let rest: Double = elements * (way.rest.map { MapForm($0).passes } ?? 0)
      guard rest < bound else { continue }
      var mover: MapMover = start
      let up: Bool = mover.moveUp(source, way.up, user: node.id)
      let down: Bool = up && mover.moveDown(output, way.down)
      mover.obstacles.forEach { obstacles.add($0) }
      let cost: Double = rest + mover.addedElements
      guard up, down else { continue }
      guard cost < bound else {
        let reason: String = "adding its shift elsewhere would cost more"
        if best == nil { obstacles.add(MapObstacle(subject: reason, reason: reason)) }
        continue
      }
      (best, bound) = ((mover, way), cost)
      if cost == 0 { break }
    }
    guard let best else { return (nil, obstacles) }
    var patch = MapPatch(best.mover)
    guard var result = patch.replacing(node, input: input, rest: best.way.rest) else {
      return (nil, obstacles)
    }
    result.note = best.way.name + (best.mover.addedElements > 0 ? ", where a sum takes the shift" : "")
    return (result, obstacles)
  }
}

extension MapMover {
  /// The map that `node` is, with the input that it maps; nil where it is none.
  func map(at node: Node) -> (input: Int, map: AxisMap)? {
    guard let op = node.op as? any AffineMapOperator, node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let (input, map) = op.affineMap(view(node)), map.isFinite
    else { return nil }
    return (input, map)
  }
}
