internal import Graphs
internal import Operators
internal import Tensors

/// A normalization written in elementwise operators and reductions:
///
///     d / sqrt(mean(d^2) + epsilon)
///
/// where d is x itself (root mean square) or x - mean(x), with the quotient as Div, or as Mul by Reciprocal,
/// Pow -0.5 or 1 / sqrt; the square as Pow 2 or Mul; statistics possibly in a wider type between Casts. Also
/// the form of batch functions, x m + (offset - mean(x) m) with m = gain / sqrt(...), and a variance
/// taken as mean(x^2) - mean(x)^2.
struct NormalizationPattern {
  /// What is normalized.
  private(set) var input: ValueID
  /// The axes of the mean, sorted.
  private(set) var axes: [Int]
  private(set) var epsilon: Double
  private(set) var subtractsMean: Bool
  /// Constants that scale and shift the result, found inside.
  private(set) var gain: ValueID?
  private(set) var offset: ValueID?
  private(set) var nodes: PatternNodes
  /// The node that gives the result.
  private(set) var root: Node

  /// The pattern that ends at `root`, with none of its parts used elsewhere.
  init?(root: Node, in context: RewriteContext) {
    var search = NormalizationSearch(context: context)
    guard let output = root.outputs.first ?? nil, context.elementType(output)?.isFloatingPoint == true,
      let found = search.quotient(root) ?? search.batchForm(root),
      context.graph[found.input].type == context.graph[output].type
    else { return nil }
    self = found
    nodes.insert(root)
    guard nodes.isClosed(root: root, in: context) else { return nil }
  }

  init(
    input: ValueID, axes: [Int], epsilon: Double, subtractsMean: Bool, nodes: PatternNodes, root: Node
  ) {
    self.input = input
    self.axes = axes
    self.epsilon = epsilon
    self.subtractsMean = subtractsMean
    self.nodes = nodes
    self.root = root
  }

  /// Takes over a Mul by a constant and then an Add of one that are all that uses the result, where
  /// `accepts` says that they have the right shape.
  mutating func takeTail(in context: RewriteContext, hasOffset: Bool, accepts: (FoldableConstant) -> Bool) {
    let type: ValueType? = context.graph[input].type
    func next(_ node: Node?) -> (node: Node, constant: ValueID)? {
      guard let node, let output = node.outputs.first ?? nil, context.graph[output].type == type else {
        return nil
      }
      for (_, operand) in context.bothOrders(node) {
        if let constant = context.constant(operand), accepts(constant) { return (node, operand) }
      }
      return nil
    }
    if gain == nil, offset == nil, let user = context.onlyUser(of: root.outputs[0]), user.op is MulOp,
      let (node, constant) = next(user)
    {
      (gain, root) = (constant, node)
      nodes.insert(node)
    }
    if hasOffset, offset == nil, let user = context.onlyUser(of: root.outputs[0]), user.op is AddOp,
      let (node, constant) = next(user)
    {
      (offset, root) = (constant, node)
      nodes.insert(node)
    }
  }

  mutating func setTail(gain: ValueID?, offset: ValueID?) {
    self.gain = gain
    self.offset = offset
  }
}
