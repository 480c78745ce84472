package import Graphs
internal import Operators
internal import Tensors

/// Makes one Cast of two in a row, where the first one loses nothing: to a wider type of the same kind.
package struct MergeCasts: RewriteRule {
  package static let name = "MergeCasts"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    guard let second = node.op as? CastOp, let output = node.outputs[0],
      let (before, first) = context.producer(of: node.inputs[0], as: CastOp.self),
      let source = before.inputs[0],
      let type = context.elementType(source), Self.isWider(first.target, than: type),
      Self.isSameKind(type, second.target)
    else { return nil }
    var patch = GraphPatch(context.graph)
    let result: ValueID = patch.add(
      second, name: node.name, inputs: [source], outputName: context.graph[output].name)
    patch.replace(output, by: result)
    return patch
  }

  private static let floats: [ElementType: [ElementType]] = [
    .float16: [.float16, .float32, .float64], .bfloat16: [.bfloat16, .float32, .float64],
    .float32: [.float32, .float64], .float64: [.float64],
  ]
  private static let signed: [ElementType] = [.int8, .int16, .int32, .int64]
  private static let unsigned: [ElementType] = [.uint8, .uint16, .uint32, .uint64]

  /// Whether `wide` holds every number of `type`, and both are floats or both are integers.
  private static func isWider(_ wide: ElementType, than type: ElementType) -> Bool {
    if let list = floats[type] { return list.contains(wide) }
    if let own = signed.firstIndex(of: type) { return signed.firstIndex(of: wide).map { $0 >= own } ?? false }
    guard let own = unsigned.firstIndex(of: type) else { return false }
    if let other = unsigned.firstIndex(of: wide) { return other >= own }
    return signed.firstIndex(of: wide).map { $0 > own } ?? false
  }

  private static func isSameKind(_ a: ElementType, _ b: ElementType) -> Bool {
    if floats[a] != nil { return floats[b] != nil }
    let integers: [ElementType] = signed + unsigned
    return integers.contains(a) && integers.contains(b)
  }
}
