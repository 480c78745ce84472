internal import Graphs
internal import Tensors

/// An input or output of a model: its name, and what is known of its type before a run.
public struct ValueDescription: Sendable, Hashable, CustomStringConvertible {
  /// The extent of an axis.
  public enum Extent: Sendable, Hashable, CustomStringConvertible {
    case known(Int)
    /// Free until a run; axes with the same name have the same extent.
    case symbolic(String)
    /// Free, without a name.
    case free

    /// The extent where it is known.
    public var value: Int? {
      if case .known(let value) = self { value } else { nil }
    }

    public var description: String {
      switch self {
      case .known(let value): String(value)
      case .symbolic(let name): name
      case .free: "?"
      }
    }
  }

  /// A value's type.
  public indirect enum Kind: Sendable, Hashable, CustomStringConvertible {
    /// An array; extents are nil where not even the rank is known.
    case array(DataType, [Extent]?)
    case sequence(Kind)
    case optional(Kind)
    case map(key: DataType, value: Kind)
    case unknown

    public var description: String {
      switch self {
      case .array(let type, let extents):
        extents.map { "\(type)[\($0.map(\.description).joined(separator: ", "))]" } ?? "\(type)[...]"
      case .sequence(let element): "sequence(\(element))"
      case .optional(let element): "optional(\(element))"
      case .map(let key, let value): "map(\(key), \(value))"
      case .unknown: "unknown"
      }
    }
  }

  public let name: String
  public let kind: Kind

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  public var description: String { "\(name): \(kind)" }

  /// The element type of an array.
  public var dataType: DataType? {
    if case .array(let type, _) = kind { type } else { nil }
  }

  /// The extents of an array of known rank.
  public var extents: [Extent]? {
    if case .array(_, let extents) = kind { extents } else { nil }
  }
}

extension ValueDescription {
  init(name: String, _ type: ValueType?) {
    self.name = name
    kind = Kind(type)
  }

  static func inputs(of graph: Graph) -> [ValueDescription] {
    graph.inputs.map { ValueDescription(name: graph[$0].name, graph[$0].type) }
  }

  static func outputs(of graph: Graph) -> [ValueDescription] {
    zip(graph.outputNames, graph.outputs).map { ValueDescription(name: $0, graph[$1].type) }
  }
}

extension ValueDescription.Kind {
  init(_ type: ValueType?) {
    self =
      switch type {
      case .tensor(let element, let dimensions):
        .array(DataType(element), dimensions.map { $0.map { ValueDescription.Extent($0) } })
      case .sequence(let element): .sequence(Self(element))
      case .optional(let element): .optional(Self(element))
      case .map(let key, let value): .map(key: DataType(key), value: Self(value))
      case nil: .unknown
      }
  }
}

extension ValueDescription.Extent {
  init(_ dimension: Dimension) {
    if let value = dimension.value {
      self = .known(value)
    } else {
      let text: String = dimension.description
      self = text.contains("?") ? .free : .symbolic(text)
    }
  }
}
