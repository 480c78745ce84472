internal import Tensors

/// Parts of a model as one line of text each.
package enum ModelText {
  private static let longestList: Int = 16

  /// A declared type.
  package static func type(_ type: ModelType?) -> String {
    switch type?.kind {
    case .tensor(let element, let shape): self.element(element) + dimensions(shape)
    case .sparseTensor(let element, let shape): "sparse \(self.element(element))\(dimensions(shape))"
    case .sequence(let element): "sequence(\(self.type(element)))"
    case .optional(let element): "optional(\(self.type(element)))"
    case .map(let key, let value): "map(\(element(key)), \(self.type(value)))"
    case .opaque(let domain, let name): "opaque(\(quoted(domain)), \(quoted(name)))"
    case .unspecified, nil: "unspecified"
    }
  }

  /// A tensor's type, shape, and where its bytes are.
  package static func tensor(_ tensor: ModelTensor) -> String {
    let kind: String =
      "\(element(tensor.elementType))[\(tensor.dims.map(String.init).joined(separator: ", "))]"
    switch tensor.data {
    case .bytes(let bytes): return "\(kind), \(bytes.count) bytes"
    case .strings(let strings): return "\(kind), \(strings.count) strings"
    case .external(let external, _): return "\(kind), in \(quoted(external.location)) at \(external.offset)"
    }
  }

  /// An attribute's value.
  package static func value(_ value: ModelAttributeValue) -> String {
    switch value {
    case .float(let value): String(value)
    case .int(let value): String(value)
    case .string(let bytes): quoted(bytes)
    case .tensor(let tensor): self.tensor(tensor)
    case .graph(let graph): "graph with \(graph.nodes.count) nodes"
    case .sparseTensor(let sparse): "sparse \(tensor(sparse.values))"
    case .type(let type): self.type(type)
    case .floats(let values): list(values.map { String($0) })
    case .ints(let values): list(values.map(String.init))
    case .strings(let values): list(values.map { quoted($0) })
    case .tensors(let values): list(values.map { tensor($0) })
    case .graphs(let graphs): "\(graphs.count) graphs"
    case .sparseTensors(let values): list(values.map { "sparse \(tensor($0.values))" })
    case .types(let types): list(types.map { type($0) })
    case .reference(let name, _): "@\(name)"
    }
  }

  package static func quoted(_ bytes: [UInt8]) -> String { quoted(String(decoding: bytes, as: UTF8.self)) }

  /// The text in quotes: at most 60 characters, none of them a control character.
  package static func quoted(_ text: String) -> String {
    let short: Substring = text.prefix(60)
    let safe: String = short.unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : String($0)
    }
    .joined()
    return "\"\(safe)\(short.count < text.count ? "..." : "")\""
  }

  private static func element(_ type: Int32) -> String { ElementType(rawValue: type)?.name ?? "type \(type)" }

  private static func dimensions(_ shape: [ModelDimension]?) -> String {
    guard let shape else { return "[...]" }
    let parts: [String] = shape.map { dimension in
      switch dimension.extent {
      case .value(let value): String(value)
      case .parameter(let name): name
      case .unknown: "?"
      }
    }
    return "[\(parts.joined(separator: ", "))]"
  }

  private static func list(_ elements: [String]) -> String {
    let shown: String = elements.prefix(longestList).joined(separator: ", ")
    return elements.count > longestList ? "[\(shown), ... \(elements.count)]" : "[\(shown)]"
  }
}
