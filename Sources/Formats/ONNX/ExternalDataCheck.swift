internal import Models
internal import Tensors

/// Refuses to write a model over a file that holds the external data of the very model: the one it came from
/// would be left without its weights.
enum ExternalDataCheck {
  static func check(_ model: Model, against path: String) throws(FormatError) {
    guard let target = FileIdentity(path: path) else { return }
    func visit(_ tensor: ModelTensor) throws(FormatError) {
      guard case .external(let reference, let bytes?) = tensor.data,
        let file = bytes.storage.owner as? MappedFile, file.identity == target
      else { return }
      throw FormatError(
        .unsafePath, "expected another file than '\(reference.location)', which holds the model's weights",
        place: .init(path: path))
    }
    func visit(_ graph: ModelGraph) throws(FormatError) {
      for tensor in graph.initializers { try visit(tensor) }
      for node in graph.nodes { try visit(node) }
    }
    func visit(_ node: ModelNode) throws(FormatError) {
      for attribute in node.attributes {
        switch attribute.value {
        case .tensor(let tensor): try visit(tensor)
        case .tensors(let tensors): for tensor in tensors { try visit(tensor) }
        case .graph(let graph): try visit(graph)
        case .graphs(let graphs): for graph in graphs { try visit(graph) }
        default: break
        }
      }
    }
    try visit(model.graph)
    for function in model.functions { for node in function.nodes { try visit(node) } }
  }
}
