package import Graphs
internal import Tensors

/// Says what differs between two graphs apart from the names of inner values: inputs, outputs, nodes with
/// their operators and attributes, who uses what, constants bit for bit. nil where nothing does.
package func difference(_ left: Graph, _ right: Graph) -> String? {
  var comparison = GraphComparison(left: left, right: right, comparesOutputNames: true)
  return comparison.difference()
}

private struct GraphComparison {
  let left: Graph
  let right: Graph
  let comparesOutputNames: Bool
  /// For each value of `left`, the one of `right` that plays its part.
  private var partners: [ValueID: ValueID] = [:]

  init(left: Graph, right: Graph, comparesOutputNames: Bool) {
    self.left = left
    self.right = right
    self.comparesOutputNames = comparesOutputNames
  }

  mutating func difference() -> String? {
    guard left.inputs.count == right.inputs.count else {
      return "\(left.inputs.count) inputs and \(right.inputs.count)"
    }
    guard !comparesOutputNames || left.outputNames == right.outputNames else {
      return "outputs \(left.outputNames) and \(right.outputNames)"
    }
    guard left.outputs.count == right.outputs.count else {
      return "\(left.outputs.count) outputs and \(right.outputs.count)"
    }
    for (a, b) in zip(left.inputs, right.inputs) {
      partners[a] = b
      guard plain(left[a].type) == plain(right[b].type) else {
        return
          "input '\(left[a].name)' is \(String(describing: left[a].type)) and \(String(describing: right[b].type))"
      }
    }
    guard left.nodes.count == right.nodes.count else {
      return "nodes \(left.nodes.map(\.opName)) and \(right.nodes.map(\.opName))"
    }
    for (a, b) in zip(left.nodes, right.nodes) {
      if let found = difference(a, b) { return "\(a.opName) '\(a.name)': \(found)" }
    }
    for (a, b) in zip(left.outputs, right.outputs) {
      if let found = difference(a, b) { return "output '\(left[a].name)': \(found)" }
    }
    return nil
  }

  private mutating func difference(_ a: Node, _ b: Node) -> String? {
    guard a.opName == b.opName else { return "is \(b.opName)" }
    guard a.name == b.name else { return "is called '\(b.name)'" }
    guard a.inputs.count == b.inputs.count, a.outputs.count == b.outputs.count else {
      return
        "has \(a.inputs.count) inputs and \(a.outputs.count) outputs, not \(b.inputs.count) and \(b.outputs.count)"
    }
    for (index, pair) in zip(a.inputs, b.inputs).enumerated() {
      switch pair {
      case (nil, nil): continue
      case (.some(let x), .some(let y)):
        if let found = difference(x, y) { return "input \(index): \(found)" }
      default: return "input \(index) is left out once"
      }
    }
    for (index, pair) in zip(a.outputs, b.outputs).enumerated() {
      guard (pair.0 == nil) == (pair.1 == nil) else { return "output \(index) is left out once" }
      guard let x = pair.0, let y = pair.1 else { continue }
      partners[x] = y
      guard plain(left[x].type) == plain(right[y].type) else {
        return
          "output \(index) is \(String(describing: left[x].type)) and \(String(describing: right[y].type))"
      }
    }
    return attributes(a.op.attributes, b.op.attributes)
  }

  private func difference(_ a: ValueID, _ b: ValueID) -> String? {
    if let x = left[a].constant {
      guard let y = right[b].constant else { return "a constant once" }
      return same(x, y) ? nil : "constants differ"
    }
    return partners[a] == b ? nil : "'\(left[a].name)' and '\(right[b].name)'"
  }

  private func attributes(_ a: [Attribute], _ b: [Attribute]) -> String? {
    guard a.map(\.name) == b.map(\.name) else { return "attributes \(a.map(\.name)) and \(b.map(\.name))" }
    for (x, y) in zip(a, b) {
      switch (x.value, y.value) {
      case (.graph(let p), .graph(let q)):
        guard p.captureRange == q.captureRange, p.formalInputCount == q.formalInputCount else {
          return "\(x.name): captures \(p.captureRange) and \(q.captureRange)"
        }
        var inner = GraphComparison(left: p.graph, right: q.graph, comparesOutputNames: false)
        if let found = inner.difference() { return "\(x.name): \(found)" }
      case (.tensor(let p), .tensor(let q)):
        if !same(p, q) { return "\(x.name): tensors differ" }
      default:
        let (p, q) = (String(describing: x.value), String(describing: y.value))
        if p != q { return "\(x.name): \(p) and \(q)" }
      }
    }
    return nil
  }

  private func same(_ a: Tensor, _ b: Tensor) -> Bool {
    guard a.elementType == b.elementType, a.shape == b.shape else { return false }
    if let x = a.strings, let y = b.strings { return x.elements == y.elements }
    return (0..<a.byteCount).allSatisfy {
      a.base.load(fromByteOffset: $0, as: UInt8.self) == b.base.load(fromByteOffset: $0, as: UInt8.self)
    }
  }

  /// The type in words, with nothing said of dimensions that have no name of the model's.
  private func plain(_ type: ValueType?) -> String {
    guard case .tensor(let element, let dimensions?)? = type else { return String(describing: type) }
    let shown: [String] = dimensions.map { $0.description.contains("?") ? "?" : $0.description }
    return "\(element.name)\(shown)"
  }
}
