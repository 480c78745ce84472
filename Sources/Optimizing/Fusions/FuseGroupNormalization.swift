package import Graphs
internal import Operators
internal import Tensors

/// Makes one GroupNormalization of an InstanceNormalization of the groups of channels, as exporters wrote it
/// before there was the operator:
///
///     Reshape [N, C, ...] to [N, groups, ...], InstanceNormalization, Reshape back, Mul and Add per channel
///
/// The gain and offset of the InstanceNormalization are one for each group and are repeated. Wu, He, Group
/// Normalization, 2018.
package struct FuseGroupNormalization: RewriteRule {
  package static let name = "FuseGroupNormalization"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is ReshapeOp, let output = node.outputs[0],
      let (norm, op) = context.producer(of: node.inputs[0], as: InstanceNormalizationOp.self),
      let (split, _) = context.producer(of: norm.inputs[0], as: ReshapeOp.self), let input = split.inputs[0],
      let type = graph[input].type, type == graph[output].type, let element = type.elementType,
      let dimensions = type.dimensions, dimensions.count >= 3, let channels = dimensions[1].value,
      let parts = context.dimensions(norm.inputs[0]), parts.count >= 3, parts[0] == dimensions[0],
      let groups = parts[1].value, groups > 0, channels % groups == 0,
      let groupGain = context.constant(norm.inputs[1])?.doubles,
      let groupOffset = context.constant(norm.inputs[2])?.doubles,
      groupGain.count == groups, groupOffset.count == groups
    else { return nil }
    var nodes = PatternNodes()
    for part in [split, norm, node] { nodes.insert(part) }
    guard nodes.isClosed(root: node, in: context) else { return nil }

    let size: Int = channels / groups
    var gain: [Double] = (0..<channels).map { groupGain[$0 / size] }
    var offset: [Double] = (0..<channels).map { groupOffset[$0 / size] }
    let shape = Shape([channels] + Array(repeating: 1, count: dimensions.count - 2))
    var root: Node = node
    if let (next, values) = tail(of: root, MulOp.self, shape, type, context) {
      for c in 0..<channels {
        gain[c] *= values[c]
        offset[c] *= values[c]
      }
      root = next
    }
    if let (next, values) = tail(of: root, AddOp.self, shape, type, context) {
      for c in 0..<channels { offset[c] += values[c] }
      root = next
    }
    guard let last = root.outputs[0] else { return nil }
    var patch = GraphPatch(graph)
    let name: String = graph[last].name
    let factor = FoldableConstant(exact: gain, elementType: element, shape: [channels])
    let term = FoldableConstant(exact: offset, elementType: element, shape: [channels])
    let inputs: [ValueID] = [
      input, patch.constant(factor, name: "\(name).gain"), patch.constant(term, name: "\(name).offset"),
    ]
    let result: ValueID = patch.add(
      GroupNormalizationOp(groups: groups, epsilon: op.epsilon), name: root.name, inputs: inputs,
      outputName: name)
    patch.replace(last, by: result)
    patch.note = "\(groups) groups"
    return patch
  }

  /// The node that alone uses the result of `node` and scales or shifts it per channel, with its numbers.
  private func tail<Op: Operator>(
    of node: Node, _ op: Op.Type, _ shape: Shape, _ type: ValueType, _ context: RewriteContext
  ) -> (node: Node, values: [Double])? {
    guard let user = context.onlyUser(of: node.outputs[0]), user.op is Op, let output = user.outputs[0],
      context.graph[output].type == type
    else { return nil }
    for (_, operand) in context.bothOrders(user) {
      if let constant = context.constant(operand), constant.hasParameterShape(shape),
        let values = constant.expanded(toParameter: [shape[0]])?.doubles
      {
        return (user, values)
      }
    }
    return nil
  }
}
