package import Graphs
internal import Tensors

extension Graph {
  /// What running `node` takes, as far as shapes are known: arithmetic as the operator says (else one
  /// operation for each output element), and each input and output read or written once.
  package func cost(of node: Node) -> Cost {
    func shape(_ value: ValueID?) -> Shape? { value.flatMap { self[$0].type?.shape } }
    func bytes(_ value: ValueID?) -> Int {
      guard let value, let shape = shape(value), let type = self[value].type?.elementType else { return 0 }
      return type.byteCount(of: shape.count) ?? 0
    }
    let inputs: [Shape?] = node.inputs.map(shape)
    let outputs: [Shape?] = node.outputs.map(shape)
    let traffic: Int = (node.inputs + node.outputs).reduce(0) { $0 &+ bytes($1) }
    if let op = node.op as? any CostedOperator {
      return Cost(flops: op.flops(inputs: inputs, outputs: outputs), bytes: traffic)
    }
    if node.op is any AliasingOperator { return Cost(flops: 0, bytes: 0) }
    return Cost(flops: outputs.first??.count ?? 0, bytes: traffic)
  }
}
