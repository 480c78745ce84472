internal import Graphs
internal import Models
internal import Tensors

/// Makes declared types into value types. A dimension without a number becomes a symbol: its parameter's
/// name, or, where it has none, one of its own that starts with `?`.
enum TypeImport {
  /// The type of the value `name`; nil where nothing is declared.
  static func type(_ type: ModelType?, name: String) throws(ImportError) -> ValueType? {
    guard let type else { return nil }
    switch type.kind {
    case .unspecified: return nil
    case .tensor(0, _): return nil
    case .tensor(let elementType, let shape):
      guard let element = ElementType(rawValue: elementType) else {
        throw ImportError(
          .unsupportedType, "element type \(elementType) is unknown", at: GraphPlace(value: name))
      }
      return .tensor(element, shape.map { dimensions($0, name: name) })
    case .sequence(let element):
      guard let inner = try self.type(element, name: name) else { return nil }
      return .sequence(inner)
    case .optional(let element):
      guard let inner = try self.type(element, name: name) else { return nil }
      return .optional(inner)
    case .map(let keyType, let value):
      guard let key = ElementType(rawValue: keyType) else {
        throw ImportError(
          .unsupportedType, "a map's key type \(keyType) is unknown", at: GraphPlace(value: name))
      }
      guard let inner = try self.type(value, name: name) else { return nil }
      return .map(key: key, value: inner)
    case .sparseTensor:
      throw ImportError(
        .unsupportedType, "sparse tensors are read as constants only", at: GraphPlace(value: name))
    case .opaque(let domain, let opaque):
      throw ImportError(
        .unsupportedType, "the type '\(domain)::\(opaque)' is unknown", at: GraphPlace(value: name))
    }
  }

  private static func dimensions(_ dimensions: [ModelDimension], name: String) -> [Dimension] {
    dimensions.enumerated().map { axis, dimension in
      switch dimension.extent {
      case .value(let value) where value >= 0: Dimension(Int(value))
      case .parameter(let symbol) where !symbol.isEmpty && !symbol.hasPrefix("?"):
        Dimension(symbol: symbol)
      default: Dimension(symbol: "?\(name).\(axis)")
      }
    }
  }
}
