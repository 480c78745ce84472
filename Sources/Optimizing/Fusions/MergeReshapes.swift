package import Graphs
internal import Operators
internal import Tensors

/// Makes one Reshape of two changes of shape in a row (Reshape, Flatten, Squeeze, Unsqueeze), where its shape
/// can be told by one list: known extents, axes copied from the input, and one that follows.
package struct MergeReshapes: RewriteRule {
  package static let name = "MergeReshapes"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard isReshape(node), let output = node.outputs[0], let before = context.producer(of: node.inputs[0]),
      isReshape(before), let source = before.inputs[0]
    else { return nil }
    var patch = GraphPatch(context.graph)
    guard let result = patch.reshape(source, like: output, name: node.name, in: context) else { return nil }
    patch.replace(output, by: result)
    return patch
  }

  private func isReshape(_ node: Node) -> Bool {
    node.op is ReshapeOp || node.op is FlattenOp || node.op is SqueezeOp || node.op is UnsqueezeOp
  }
}

extension GraphPatch {
  /// A Reshape of `source` to the dimensions of `output`; nil where one list can't tell them.
  mutating func reshape(_ source: ValueID, like output: ValueID, name: String, in context: RewriteContext)
    -> ValueID?
  {
    guard let old = context.dimensions(source), let new = context.dimensions(output) else { return nil }
    return reshape(source, from: old, to: new, name: name, outputName: context.graph[output].name)
  }

  /// A Reshape of `source`, which has the dimensions `old`, to `new`; nil where one list can't tell them.
  mutating func reshape(
    _ source: ValueID, from old: [Dimension], to new: [Dimension], name: String, outputName: String
  ) -> ValueID? {
    var target: [Int64] = []
    var isInferred: Bool = false
    for (axis, dimension) in new.enumerated() {
      if let extent = dimension.value {
        // 0 would mean a copied axis, and -1 beside it nothing.
        guard extent > 0 else { return nil }
        target.append(Int64(extent))
      } else if axis < old.count, old[axis] == dimension {
        target.append(0)
      } else if !isInferred {
        isInferred = true
        target.append(-1)
      } else {
        return nil
      }
    }
    let shape: ValueID = constant(Tensor(target, [target.count]), name: "\(outputName).shape")
    return add(ReshapeOp(allowsZero: false), name: name, inputs: [source, shape], outputName: outputName)
  }
}
