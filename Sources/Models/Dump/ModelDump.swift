internal import Tensors

/// A model as text, as it is written in the file: header, functions, and for each graph its inputs,
/// initializers (never their elements), nodes and outputs.
package struct ModelDump {
  private let model: Model

  package init(_ model: Model) { self.model = model }

  package func write(to text: inout String) {
    text += "model"
    if let version = model.irVersion { text += " IR \(version)" }
    if let producer = model.producerName, !producer.isEmpty {
      text += " by \(ModelText.quoted(producer)) \(model.producerVersion ?? "")"
    }
    text += "\n"
    for set in model.opsetImports {
      text += "  operator set \(set.domain.isEmpty ? "ai.onnx" : set.domain) \(set.version)\n"
    }
    for entry in model.metadata {
      text += "  metadata \(ModelText.quoted(entry.key)) = \(ModelText.quoted(entry.value))\n"
    }
    for function in model.functions { write(function, to: &text) }
    write(model.graph, indent: "", to: &text)
  }

  private func write(_ function: ModelFunction, to text: inout String) {
    let inputs: String = function.inputs.joined(separator: ", ")
    let outputs: String = function.outputs.joined(separator: ", ")
    text += "function \(function.domain)::\(function.name)(\(inputs)) -> (\(outputs))\n"
    for name in function.attributes { text += "  attribute \(name)\n" }
    for attribute in function.attributeDefaults {
      text += "  attribute \(attribute.name)=\(ModelText.value(attribute.value))\n"
    }
    for node in function.nodes { write(node, indent: "  ", to: &text) }
  }

  private func write(_ graph: ModelGraph, indent: String, to text: inout String) {
    text += "\(indent)graph \(ModelText.quoted(graph.name ?? ""))\n"
    for input in graph.inputs { text += "\(indent)  input \(input.name): \(ModelText.type(input.type))\n" }
    for tensor in graph.initializers {
      text += "\(indent)  initializer \(tensor.name ?? ""): \(ModelText.tensor(tensor))\n"
    }
    for sparse in graph.sparseInitializers {
      text +=
        "\(indent)  sparse initializer \(sparse.values.name ?? ""): \(ModelText.tensor(sparse.values))\n"
    }
    for node in graph.nodes { write(node, indent: indent + "  ", to: &text) }
    for output in graph.outputs {
      text += "\(indent)  output \(output.name): \(ModelText.type(output.type))\n"
    }
  }

  private func write(_ node: ModelNode, indent: String, to text: inout String) {
    let outputs: String = node.outputs.map { $0.isEmpty ? "_" : $0 }.joined(separator: ", ")
    let inputs: String = node.inputs.map { $0.isEmpty ? "_" : $0 }.joined(separator: ", ")
    let op: String = node.domain.isEmpty ? node.opType : "\(node.domain)::\(node.opType)"
    var graphs: [ModelGraph] = []
    var attributes: [String] = []
    for attribute in node.attributes {
      switch attribute.value {
      case .graph(let graph): graphs.append(graph)
      case .graphs(let several): graphs += several
      default: attributes.append("\(attribute.name)=\(ModelText.value(attribute.value))")
      }
    }
    let braces: String = attributes.isEmpty ? "" : " {\(attributes.joined(separator: ", "))}"
    let label: String = node.name.map { $0.isEmpty ? "" : "  # \(ModelText.quoted($0))" } ?? ""
    text += "\(indent)\(outputs) = \(op)(\(inputs))\(braces)\(label)\n"
    for graph in graphs { write(graph, indent: indent + "    ", to: &text) }
  }
}
