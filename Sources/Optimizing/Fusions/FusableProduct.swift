internal import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// A product of floats, plain or fused already, whose result nothing has been applied to yet.
struct FusableProduct {
  let plain: any ProductOperator
  let prologue: FusedPrologue
  /// As `FusedProductOp` has them, nil for what is missing.
  var inputs: [ValueID?]

  init?(_ node: Node, _ graph: Graph) {
    guard let output = node.outputs.first ?? nil, let type = graph[output].type?.elementType,
      TypeSet.floats.contains(type)
    else { return nil }
    if let fused = node.op as? any FusedProduct {
      guard fused.ending.activation == .none else { return nil }
      plain = fused.plain
      prologue = fused.prologue
    } else if let product = node.op as? any ProductOperator {
      plain = product
      prologue = FusedPrologue()
    } else {
      return nil
    }
    inputs = node.inputs + Array(repeating: nil, count: max(0, 6 - node.inputs.count))
  }

  /// The node's inputs without what is missing at the end.
  var trimmedInputs: [ValueID?] {
    Array(inputs[...(inputs.lastIndex { $0 != nil } ?? 0)])
  }

  /// Whether one value for each column can still be added.
  var takesColumnBias: Bool {
    guard inputs[2] == nil, inputs[3] == nil else { return false }
    if let gemm = plain as? GemmOp { return gemm.beta == 1 }
    return plain is MatMulOp
  }

  /// Whether a residual can still be added: a C of Gemm that is no row takes its place.
  func takesResidual(_ graph: Graph) -> Bool {
    guard inputs[3] == nil else { return false }
    guard plain is GemmOp, let c = inputs[2] else { return true }
    guard let shape = graph[c].type?.shape, shape.count > 1 else { return false }
    return shape.extents.last == shape.count
  }
}

extension RewriteContext {
  /// Whether one input of one node is all that uses `value`.
  func isOnlyUse(of value: ValueID) -> Bool {
    uses[value].count == 1 && uses.outputCount(of: value) == 0
  }
}
