package import Graphs
internal import Operators
internal import Tensors

/// Makes one product of those that multiply the same row by constant matrices, which are put side by side:
///
///     x A, x B      becomes      y = x [A B], cut into its parts
///
/// Such products are bound by reading their matrices. As one they are read in one pass, whose direction a
/// loop turns at every iteration, so that what a cache still holds of them is read first. Each element is
/// summed as before. Products of more rows or with a single column stay as they are, and so do those to whose
/// result a constant is added, which they can add themselves. The matrices are brought together as they are
/// packed.
package struct MergeProducts: RewriteRule {
  package static let name = "MergeProducts"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard node.op is MatMulOp, let row = node.inputs[0], let shape = graph[row].type?.shape, shape.rank >= 2,
      shape.count > 0, shape.count == shape.extents.last
    else { return nil }
    let products: [Node] = context.uses[row].filter { $0.input == 0 }.map { graph.nodes[$0.position] }
      .filter { canMerge($0, row, context) }
    guard products.count > 1, products[0].id == node.id else { return nil }
    let matrices: [Tensor] = products.compactMap { $0.inputs[1].flatMap { graph[$0].constant } }
    guard matrices.count == products.count, let joined = ColumnJoin(matrices)?.tensor else { return nil }
    var patch = GraphPatch(graph)
    let weight: ValueID = patch.constant(joined, name: "\(node.name).matrices")
    let lengths: ValueID = patch.constant(
      Tensor(matrices.map { Int64($0.shape[1]) }), name: "\(node.name).widths")
    let all: ValueID = patch.add(
      node.op, name: node.name, inputs: [row, weight], outputName: "\(node.name).products")
    let parts: [ValueID?] = patch.add(
      SplitOp(axis: -1, partCount: products.count), name: "\(node.name).parts", inputs: [all, lengths],
      outputNames: products.map { $0.outputs[0].map { graph[$0].name } })
    for (product, part) in zip(products, parts) {
      guard let old = product.outputs[0], let part else { return nil }
      patch.replace(old, by: part)
    }
    patch.note = "\(products.count) products"
    return patch
  }

  private func canMerge(_ node: Node, _ row: ValueID, _ context: RewriteContext) -> Bool {
    let graph: Graph = context.graph
    guard node.op is MatMulOp, node.inputs.count == 2, let weight = node.inputs[1], weight != row,
      let matrix = graph[weight].constant, matrix.shape.rank == 2, matrix.shape[0] > 0,
      matrix.shape[1] > 1,
      [.float32, .float64].contains(matrix.elementType), !graph[weight].isKept,
      graph[weight].pending == nil, context.isOnlyUse(of: weight), let output = node.outputs[0],
      context.uses.outputCount(of: output) == 0
    else { return false }
    guard let user = context.onlyUser(of: output), user.op is AddOp else { return true }
    return !user.inputs.contains { $0.map { graph[$0].constant != nil } ?? false }
  }
}

/// Matrices of as many rows side by side, brought together when their elements are read.
private struct ColumnJoin: DeferredContent {
  private let parts: [Tensor]
  private let rows: Int
  private let columns: Int
  private let elementType: ElementType

  /// nil where they have different types or numbers of rows, or more elements than can be.
  init?(_ parts: [Tensor]) {
    guard let first = parts.first,
      parts.allSatisfy({ $0.elementType == first.elementType && $0.shape[0] == first.shape[0] })
    else { return nil }
    self.parts = parts
    rows = first.shape[0]
    columns = parts.reduce(0) { $0 + $1.shape[1] }
    elementType = first.elementType
  }

  var tensor: Tensor {
    let shape: Shape = [rows, columns]
    return Tensor(
      elementType, shape,
      storage: Storage(byteCount: elementType.byteCount(of: shape.count) ?? 0, deferring: self))
  }

  func write(_ range: Range<Int>, to target: UnsafeMutableRawPointer) {
    let width: Int = elementType.byteWidth
    let rowBytes: Int = columns * width
    for row in range.lowerBound / rowBytes..<(range.upperBound + rowBytes - 1) / rowBytes {
      var first: Int = row * rowBytes
      for part in parts {
        let length: Int = part.shape[1] * width
        let wanted: Range<Int> = range.clamped(to: first..<first + length)
        if !wanted.isEmpty {
          let shift: Int = row * length - first
          part.read(
            wanted.lowerBound + shift..<wanted.upperBound + shift,
            into: target + wanted.lowerBound - range.lowerBound)
        }
        first += length
      }
    }
  }
}
