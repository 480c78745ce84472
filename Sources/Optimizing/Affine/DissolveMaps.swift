package import Graphs

/// Dissolves an affine map along one axis (a BatchNormalization, a constant scale or shift) into the affine
/// layers before and after it: all of it upwards or downwards, else its scale one way and its shift the
/// other, else at least one of them, so that what is left is cheaper.
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
    guard map(at: node, in: context) != nil else { return nil }
    return search(node, in: context).obstacles
  }

  private func map(at node: Node, in context: RewriteContext) -> (input: Int, map: AxisMap)? {
    guard let op = node.op as? any AffineMapOperator, node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let (input, map) = op.affineMap(MapMover(context, origin: node.id).view(node)), map.isFinite
    else { return nil }
    return (input, map)
  }

  private func search(_ node: Node, in context: RewriteContext) -> (patch: GraphPatch?, obstacles: [String]) {
    guard let (input, map) = map(at: node, in: context), let source = node.inputs[input],
      let output = node.outputs[0]
    else { return (nil, []) }
    var obstacles: [String] = []
    for way in Self.ways(map) {
      var mover = MapMover(context, origin: node.id)
      let up: Bool = mover.moveUp(source, way.up, user: node.id)
      let down: Bool = up && mover.moveDown(output, way.down)
      for obstacle in mover.obstacles where !obstacles.contains(obstacle) { obstacles.append(obstacle) }
      guard up, down else { continue }
      var patch = MapPatch(mover)
      guard var result = patch.replacing(node, input: input, rest: way.rest) else { continue }
      result.note = way.name
      return (result, obstacles)
    }
    return (nil, obstacles)
  }

  /// A division of a map into what goes up, what stays and what goes down: `map` is `down` after `rest`
  /// after `up`.
  private struct Way {
    let name: String
    let up: AxisMap
    let rest: AxisMap?
    let down: AxisMap
  }

  private static func ways(_ map: AxisMap) -> [Way] {
    let none = AxisMap(axis: nil, scale: [1], shift: [0])
    var ways: [Way] = [
      Way(name: "into the layers before", up: map, rest: nil, down: none),
      Way(name: "into the layers after", up: none, rest: nil, down: map),
    ]
    guard map.hasScale, map.hasShift else { return ways }
    let (scale, shift) = (map.scaleOnly, map.shiftOnly)
    let before: AxisMap? = map.shiftBeforeScale
    ways.append(Way(name: "scale before, shift after", up: scale, rest: nil, down: shift))
    if let before {
      ways.append(Way(name: "shift before, scale after", up: before, rest: nil, down: scale))
      ways.append(Way(name: "scale after, shift stays", up: none, rest: before, down: scale))
    }
    ways.append(Way(name: "scale before, shift stays", up: scale, rest: shift, down: none))
    ways.append(Way(name: "shift after, scale stays", up: none, rest: scale, down: shift))
    if let before { ways.append(Way(name: "shift before, scale stays", up: before, rest: scale, down: none)) }
    return ways
  }
}
