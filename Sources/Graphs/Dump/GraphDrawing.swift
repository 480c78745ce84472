internal import Tensors

extension Graph {
  /// The graph as a drawing: a box for each node, input and output, an arrow for each value with its type.
  /// Constants are named in the boxes of the nodes that use them. Graphs inside operators are not drawn.
  package var drawing: Drawing {
    var drawing = Drawing(name: name)
    for id in inputs {
      drawing.box("v\(id.index)", [self[id].name, self[id].type?.description ?? ""], .input)
    }
    for node in nodes {
      var lines: [String] = [node.opName]
      if !node.name.isEmpty { lines.append(node.name) }
      for case let input? in node.inputs {
        if let constant = self[input].constant { lines.append("\(self[input].name) \(constant.summary)") }
      }
      drawing.box("n\(node.id.index)", lines, .node)
      for case let input? in node.inputs where self[input].constant == nil {
        drawing.arrow(from: source(of: input), to: "n\(node.id.index)", label: label(input))
      }
    }
    for (index, id) in outputs.enumerated() {
      drawing.box("o\(index)", [outputNames[index]], .output)
      if let constant = self[id].constant {
        drawing.box("c\(index)", [self[id].name, constant.summary], .constant)
        drawing.arrow(from: "c\(index)", to: "o\(index)", label: "")
      } else {
        drawing.arrow(from: source(of: id), to: "o\(index)", label: label(id))
      }
    }
    return drawing
  }

  private func source(of id: ValueID) -> String {
    self[id].producer.map { "n\($0.index)" } ?? "v\(id.index)"
  }

  private func label(_ id: ValueID) -> String { self[id].type?.description ?? "" }
}
