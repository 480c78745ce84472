package import Graphs
internal import Operators
internal import Tensors

/// Lets a convolution or pooling pad its input itself, where a Pad before it adds what it would add: around
/// the spatial axes only, zeros before a convolution or a mean, minus infinity before a maximum.
package struct FoldPad: RewriteRule {
  package static let name = "FoldPad"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let op = node.op as? any PaddingOperator, let output = node.outputs[0],
      node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let (pad, padding) = context.producer(of: node.inputs[0], as: PadOp.self), padding.mode == .constant,
      let source = pad.inputs[0], let pads = spatialPads(pad, context),
      let value = value(pad, padding, context),
      let padded = op.padded(by: pads, with: value)
    else { return nil }
    var patch = GraphPatch(graph)
    let result: ValueID = patch.add(
      padded, name: node.name, inputs: [source] + node.inputs.dropFirst(), outputName: graph[output].name)
    patch.replace(output, by: result)
    return patch
  }

  private func value(_ pad: Node, _ op: PadOp, _ context: RewriteContext) -> Double? {
    guard pad.inputs.count > 2, pad.inputs[2] != nil else {
      return op.attributes.contains { $0.name == "value" } ? nil : 0
    }
    return context.number(pad.inputs[2])
  }

  /// What is added to the spatial axes, begins before ends; nil where another axis is padded, something is
  /// cut off, or it is not known.
  private func spatialPads(_ pad: Node, _ context: RewriteContext) -> [Int]? {
    guard let rank = context.dimensions(pad.inputs[0])?.count, rank >= 3,
      let pads = context.integers(pad.inputs[1]), pads.allSatisfy({ $0 >= 0 && $0 <= 1 << 30 })
    else { return nil }
    var axes: [Int] = Array(0..<rank)
    if pad.inputs.count > 3, pad.inputs[3] != nil {
      guard let named = context.integers(pad.inputs[3]) else { return nil }
      axes = named.map { $0 < 0 ? $0 + rank : $0 }
    }
    guard pads.count == 2 * axes.count else { return nil }
    var result = [Int](repeating: 0, count: 2 * (rank - 2))
    for (position, axis) in axes.enumerated() {
      let (before, after): (Int, Int) = (pads[position], pads[position + axes.count])
      if axis >= 2 {
        result[axis - 2] = before
        result[axis - 2 + rank - 2] = after
      } else if before != 0 || after != 0 {
        return nil
      }
    }
    return result
  }
}
