package import Graphs

/// Takes the gain and offset off a normalization and gives them to every layer that uses it: both, else the
/// offset alone, else the gain alone.
///
/// (gain n + offset) W + b = n (diag(gain) W) + (offset W + b), exact in real arithmetic; the
/// specification's section 2, G.
package struct DissolveTails: RewriteRule {
  package static let name = "DissolveTails"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    search(node, in: context).patch
  }

  /// Why gain or offset of `node` are still there; nil where it has none.
  package func obstacles(_ node: Node, in context: RewriteContext) -> [String]? {
    guard let op = node.op as? any AffineTailOperator,
      let map = op.affineTail(MapMover(context, origin: node.id).view(node)), !map.isIdentity
    else { return nil }
    return search(node, in: context).obstacles.map(\.reason)
  }

  private func search(_ node: Node, in context: RewriteContext) -> (
    patch: GraphPatch?, obstacles: [MapObstacle]
  ) {
    let start = MapMover(context, origin: node.id)
    guard let op = node.op as? any AffineTailOperator, let output = node.outputs[0],
      let map = op.affineTail(start.view(node)), !map.isIdentity, map.isFinite
    else { return (nil, []) }
    var obstacles: [MapObstacle] = []
    for way in Self.ways(map) {
      var mover: MapMover = start
      let done: Bool = mover.moveDown(output, way.down)
      mover.obstacles.forEach { obstacles.add($0) }
      // In the normalization's own pass gain and offset cost less than a sum elsewhere.
      guard done, mover.addedElements == 0, let rewrite = op.replacingTail(way.rest, start.view(node)) else {
        continue
      }
      mover.replace(node, by: rewrite)
      var patch = MapPatch(mover)
      var result: GraphPatch = patch.writingStaged()
      result.note = way.name
      return (result, obstacles)
    }
    return (nil, obstacles)
  }

  /// What stays at the end of the normalization and what goes down.
  private struct Way {
    let name: String
    let rest: AxisMap
    let down: AxisMap
  }

  private static func ways(_ map: AxisMap) -> [Way] {
    let none = AxisMap(
      axis: map.axis, scale: map.scale.map { _ in 1 }, shift: map.shift.map { _ in 0 })
    var ways: [Way] = [Way(name: name(map) + " into the layers after", rest: none, down: map)]
    guard map.hasScale, map.hasShift else { return ways }
    ways.append(Way(name: "offset into the layers after", rest: map.scaleOnly, down: map.shiftOnly))
    if let before = map.shiftBeforeScale {
      ways.append(Way(name: "gain into the layers after", rest: before, down: map.scaleOnly))
    }
    return ways
  }

  private static func name(_ map: AxisMap) -> String {
    map.hasScale ? (map.hasShift ? "gain and offset" : "gain") : "offset"
  }
}
