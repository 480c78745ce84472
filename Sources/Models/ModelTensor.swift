package import Tensors

/// A tensor as written (ONNX's `TensorProto`).
package struct ModelTensor: Sendable {
  package var name: String?
  package var docString: String?
  /// The raw `TensorProto.DataType`; any number that the file holds.
  package var elementType: Int32
  package var dims: [Int64]
  package var data: Payload
  package var metadata: [MetadataEntry] = []

  /// Where the elements are.
  package enum Payload: Sendable {
    /// Little-endian bytes as in `raw_data`, in place in a mapped file wherever possible. What the file
    /// spelled in `float_data`, `int32_data` and so on has been brought to this form by the reader.
    case bytes(PayloadBytes)
    /// The elements of a tensor of strings.
    case strings([[UInt8]])
    /// Bytes in another file; `bytes` are the mapped slice once the reference was resolved and checked.
    case external(ExternalData, bytes: PayloadBytes?)
  }

  package init(name: String?, elementType: Int32, dims: [Int64], data: Payload) {
    self.name = name
    self.elementType = elementType
    self.dims = dims
    self.data = data
  }
}

/// A slice of a storage.
package struct PayloadBytes: Sendable {
  package var storage: Storage
  package var offset: Int
  package var count: Int

  package init(storage: Storage, offset: Int, count: Int) {
    self.storage = storage
    self.offset = offset
    self.count = count
  }

  package var buffer: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: UnsafeRawPointer(storage.base) + offset, count: count)
  }
}

/// The known keys of `TensorProto.external_data`.
package struct ExternalData: Sendable, Hashable {
  /// A path relative to the model's folder.
  package var location: String
  package var offset: Int
  /// The length in bytes; nil is all that the shape needs.
  package var length: Int?
  package var checksum: String?

  package init(location: String, offset: Int = 0, length: Int? = nil, checksum: String? = nil) {
    self.location = location
    self.offset = offset
    self.length = length
    self.checksum = checksum
  }
}

/// A sparse tensor as written (ONNX's `SparseTensorProto`, COO).
package struct ModelSparseTensor: Sendable {
  package var values: ModelTensor
  package var indices: ModelTensor
  package var dims: [Int64]

  package init(values: ModelTensor, indices: ModelTensor, dims: [Int64]) {
    self.values = values
    self.indices = indices
    self.dims = dims
  }
}
