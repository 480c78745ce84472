internal import Graphs
internal import Models
internal import Tensors

extension NameScope {
  /// The attributes of `node` with tensors and graphs resolved; what is wrong with them is reported, and
  /// nil returned.
  func attributes(of node: ModelNode, place: GraphPlace) -> [String: AttributeValue]? {
    var result: [String: AttributeValue] = [:]
    var isValid: Bool = true
    for written in node.attributes {
      guard let argument = resolve(written) else { continue }
      let scope: NameScope = argument.scope.map { bridge(to: $0, in: owner) } ?? self
      do throws(ImportError) {
        guard let value = try scope.value(of: argument.attribute) else {
          isValid = false
          continue
        }
        if result.updateValue(value, forKey: written.name) != nil {
          throw ImportError(.duplicateName, "attribute '\(written.name)' is given twice")
        }
      } catch {
        var located: ImportError = error
        located.place.value = nil
        located.place = located.place.within(place)
        if error.place.value != nil { located.message = "attribute '\(written.name)': \(error.message)" }
        session.report(located)
        isValid = false
      }
    }
    return isValid ? result : nil
  }

  /// The value of an attribute that is no reference; nil where a graph in it was reported.
  private func value(of attribute: ModelAttribute) throws(ImportError) -> AttributeValue? {
    let name: String = attribute.name
    let place = GraphPlace(value: name)
    switch attribute.value {
    case .float(let value): return .float(value)
    case .int(let value): return .int(value)
    case .string(let bytes): return .string(try TensorImport.string(bytes, place))
    case .tensor(let tensor): return .tensor(try TensorImport.tensor(tensor, name: name))
    case .sparseTensor(let sparse): return .tensor(try TensorImport.dense(sparse, name: name))
    case .graph(let graph): return session.importSubgraph(graph, in: self).map { .graph($0) }
    case .floats(let values): return .floats(values)
    case .ints(let values): return .ints(values)
    case .strings(let values): return .strings(try TensorImport.strings(values, place))
    case .tensors(let tensors):
      var values: [Tensor] = []
      for tensor in tensors { values.append(try TensorImport.tensor(tensor, name: name)) }
      return .tensors(values)
    case .type(let type):
      guard let value = try TypeImport.type(type, name: name) else {
        throw ImportError(.unsupportedType, "the type is not specified", at: place)
      }
      return .type(value)
    case .graphs, .sparseTensors, .types:
      throw ImportError(
        .unsupportedType, "lists of graphs, sparse tensors or types are in no operator", at: place)
    case .reference:
      throw ImportError(.invalidFunction, "the attribute refers to itself", at: place)
    }
  }
}
