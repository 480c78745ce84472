internal import Tensors

extension AttributeValue {
  /// The value in one line; tensors and lists that are long by their size.
  package var summary: String {
    switch self {
    case .int(let value): String(value)
    case .float(let value): String(value)
    case .string(let value): Self.quoted(value)
    case .tensor(let tensor): tensor.summary
    case .graph(let subgraph): "graph with \(subgraph.graph.nodes.count) nodes"
    case .type(let type): type.description
    case .ints(let values): Self.list(values.map(String.init))
    case .floats(let values): Self.list(values.map { String($0) })
    case .strings(let values): Self.list(values.map { Self.quoted($0) })
    case .tensors(let tensors): Self.list(tensors.map(\.summary))
    }
  }

  private static let longestList: Int = 16

  private static func list(_ elements: [String]) -> String {
    let shown: String = elements.prefix(longestList).joined(separator: ", ")
    return elements.count > longestList ? "[\(shown), ... \(elements.count)]" : "[\(shown)]"
  }

  static func quoted(_ text: String) -> String {
    let short: Substring = text.prefix(60)
    let safe: String = short.unicodeScalars.map {
      $0.properties.generalCategory == .control ? " " : String($0)
    }
    .joined()
    return "\"\(safe)\(short.count < text.count ? "..." : "")\""
  }
}

extension Tensor {
  /// Type, shape, and the elements of a tensor of up to 8 integers, floats or bools.
  package var summary: String {
    let kind: String = "\(elementType.name)\(shape)"
    guard count <= 8 else { return kind }
    func list(_ elements: [String]) -> String { "\(kind) {\(elements.joined(separator: ", "))}" }
    switch elementType {
    case .float32: return list(elements(Float.self).map { String($0) })
    case .float64: return list(elements(Double.self).map { String($0) })
    case .int64: return list(elements(Int64.self).map { String($0) })
    case .int32: return list(elements(Int32.self).map { String($0) })
    case .bool: return list(elements(Bool.self).map { String($0) })
    case .uint8: return list(elements(UInt8.self).map { String($0) })
    case .int8: return list(elements(Int8.self).map { String($0) })
    case .string: return list((strings?.elements ?? []).map { AttributeValue.quoted($0) })
    default: return kind
    }
  }
}
