/// A named value's declaration (ONNX's `ValueInfoProto`).
package struct ValueInfo: Sendable {
  package var name: String
  package var type: ModelType?
  package var docString: String?
  package var metadata: [MetadataEntry] = []

  package init(name: String, type: ModelType? = nil) {
    self.name = name
    self.type = type
  }
}

/// A type as written (ONNX's `TypeProto`). `elementType` is the raw `TensorProto.DataType`.
package struct ModelType: Sendable {
  package indirect enum Kind: Sendable {
    /// `shape` is nil where nothing is said, not even the rank.
    case tensor(elementType: Int32, shape: [ModelDimension]?)
    case sparseTensor(elementType: Int32, shape: [ModelDimension]?)
    case sequence(ModelType?)
    case optional(ModelType?)
    case map(keyType: Int32, value: ModelType?)
    case opaque(domain: String, name: String)
    /// A `TypeProto` that sets none of the above.
    case unspecified
  }

  package var kind: Kind
  package var denotation: String?

  package init(_ kind: Kind) { self.kind = kind }
}

/// ONNX's `TensorShapeProto.Dimension`.
package struct ModelDimension: Sendable, Hashable {
  package enum Extent: Sendable, Hashable {
    case value(Int64)
    case parameter(String)
    case unknown
  }

  package var extent: Extent
  package var denotation: String?

  package init(_ extent: Extent) { self.extent = extent }
}
