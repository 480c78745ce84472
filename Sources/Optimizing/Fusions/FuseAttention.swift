package import Graphs
internal import Operators
internal import Tensors

/// Makes one Attention of its parts, over heads [batch, heads, length, size]:
///
///     MatMul(Softmax(MatMul(Q, transposed K) * scale + mask), V)
///
/// The scale may stand on either factor or on their product, as Mul or Div by a number; the mask is optional.
/// K must come out of a transposition, so that it need not be transposed again. A query all of whose scores
/// are
/// -infinity, where Softmax gives NaN, gives zeros, as Attention does. Vaswani and others, Attention Is All
/// You Need, 2017.
package struct FuseAttention: RewriteRule {
  package static let name = "FuseAttention"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is MatMulOp, let output = node.outputs[0], let value = node.inputs[1],
      graph[output].type?.elementType?.isFloatingPoint == true,
      let (softmax, op) = context.producer(of: node.inputs[0], as: SoftmaxOp.self),
      let scores = softmax.inputs[0], isLastAxis(op, scores, context)
    else { return nil }
    var nodes = PatternNodes()
    nodes.insert(softmax)
    nodes.insert(node)
    var scale: Double = 1
    let (masked, mask): (ValueID, ValueID?) = withoutMask(scores, context, &nodes)
    let product: ValueID = withoutScale(masked, context, &nodes, &scale)
    guard let (multiplication, _) = context.producer(of: product, as: MatMulOp.self),
      let left = multiplication.inputs[0], let right = multiplication.inputs[1]
    else { return nil }
    nodes.insert(multiplication)
    let query: ValueID = withoutScale(left, context, &nodes, &scale)
    let turnedKey: ValueID = withoutScale(right, context, &nodes, &scale)
    guard nodes.isClosed(root: node, in: context), isStorable(scale, graph[output].type?.elementType),
      let (turn, transpose) = context.producer(of: turnedKey, as: TransposeOp.self), let key = turn.inputs[0],
      let shapes = heads(query, turnedKey, value, mask, context), shapes
    else { return nil }
    var order: [Int] = transpose.permutation ?? [3, 2, 1, 0]
    order.swapAt(2, 3)
    var patch = GraphPatch(graph)
    let name: String = graph[output].name
    let turned: ValueID =
      order == [0, 1, 2, 3]
      ? key
      : patch.add(
        TransposeOp(permutation: order), name: turn.name, inputs: [key], outputName: "\(name).key")
    let result: ValueID = patch.add(
      AttentionOp(scale: Float(scale)), name: node.name, inputs: [query, turned, value, mask],
      outputName: name)
    patch.replace(output, by: result)
    patch.note = mask == nil ? "without a mask" : "with a mask"
    return patch
  }

  /// Whether `scale` is as good as an attribute, which is float32, for values of this type.
  private func isStorable(_ scale: Double, _ type: ElementType?) -> Bool {
    let stored = Float(scale)
    return stored.isNormal && (type != .float64 || Double(stored) == scale)
  }

  private func isLastAxis(_ op: SoftmaxOp, _ value: ValueID, _ context: RewriteContext) -> Bool {
    guard let rank = context.dimensions(value)?.count, rank == 4 else { return false }
    return op.axis == -1 || op.axis == rank - 1
  }

  /// The scores and what is added to them.
  private func withoutMask(_ value: ValueID, _ context: RewriteContext, _ nodes: inout PatternNodes) -> (
    ValueID, ValueID?
  ) {
    guard let (node, _) = context.producer(of: value, as: AddOp.self) else { return (value, nil) }
    for (scores, mask) in context.bothOrders(node)
    where context.graph[scores].type == context.graph[value].type && isProduct(scores, context) {
      nodes.insert(node)
      return (scores, mask)
    }
    return (value, nil)
  }

  private func isProduct(_ value: ValueID, _ context: RewriteContext) -> Bool {
    var unused = PatternNodes()
    var scale: Double = 1
    let product: ValueID = withoutScale(value, context, &unused, &scale)
    return context.producer(of: product, as: MatMulOp.self) != nil
  }

  /// The value before a Mul or Div by a number, which `scale` takes.
  private func withoutScale(
    _ value: ValueID, _ context: RewriteContext, _ nodes: inout PatternNodes, _ scale: inout Double
  ) -> ValueID {
    guard let node = context.producer(of: value), node.op is MulOp || node.op is DivOp else { return value }
    for (other, constant) in context.bothOrders(node) {
      guard let number = context.number(constant), number != 0,
        context.graph[other].type == context.graph[value].type
      else {
        if node.op is DivOp { return value }
        continue
      }
      nodes.insert(node)
      scale = node.op is MulOp ? scale * number : scale / number
      return other
    }
    return value
  }

  /// Whether the shapes are those of attention: equal batches and heads, and a mask that broadcasts.
  private func heads(
    _ query: ValueID, _ turnedKey: ValueID, _ value: ValueID, _ mask: ValueID?, _ context: RewriteContext
  ) -> Bool? {
    guard let q = context.dimensions(query), let k = context.dimensions(turnedKey),
      let v = context.dimensions(value), q.count == 4, k.count == 4, v.count == 4,
      context.elementType(query) == context.elementType(value)
    else { return nil }
    guard (0..<2).allSatisfy({ q[$0] == k[$0] && q[$0] == v[$0] }), q[3] == k[2], k[3] == v[2] else {
      return false
    }
    guard let mask else { return true }
    guard let m = context.dimensions(mask), m.count <= 4 else { return false }
    let whole: [Dimension] = [q[0], q[1], q[2], k[3]]
    return zip(m.reversed(), whole.reversed()).allSatisfy { $0 == $1 || $0.value == 1 }
  }
}
