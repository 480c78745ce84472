internal import Graphs
internal import Models
internal import Tensors

/// Makes tensors of a model into tensors: checks that the bytes are as many as the type and the shape
/// need. Bytes stay where they are, in a mapped file for most.
enum TensorImport {
  /// The tensor that `tensor` describes; `name` is what errors call it.
  static func tensor(_ tensor: ModelTensor, name: String) throws(ImportError) -> Tensor {
    let place = GraphPlace(value: name)
    guard let type = ElementType(rawValue: tensor.elementType) else {
      throw ImportError(
        .unsupportedType, "the tensor has the element type \(tensor.elementType), which is unknown", at: place
      )
    }
    let shape: Shape = try self.shape(tensor.dims, place)
    switch tensor.data {
    case .strings(let elements):
      guard type == .string, elements.count == shape.count else {
        throw ImportError(
          .invalidTensor, "a \(type.name) tensor of shape \(shape) has \(elements.count) strings", at: place)
      }
      return Tensor(strings: try strings(elements, place), shape)
    case .bytes(let bytes), .external(_, .some(let bytes)):
      return try view(bytes, type, shape, place)
    case .external(let external, nil):
      throw ImportError(
        .invalidTensor, "the data in '\(external.location)' beside the model is not loaded", at: place)
    }
  }

  private static func view(_ bytes: PayloadBytes, _ type: ElementType, _ shape: Shape, _ place: GraphPlace)
    throws(ImportError) -> Tensor
  {
    if type == .string {
      guard shape.count == 0 else {
        throw ImportError(.invalidTensor, "a tensor of strings has no strings", at: place)
      }
      return Tensor(strings: [], shape)
    }
    guard let size = type.byteCount(of: shape.count), size == bytes.count else {
      throw ImportError(
        .invalidTensor,
        "a \(type.name) tensor of shape \(shape) needs \(type.byteCount(of: shape.count) ?? 0) bytes, found \(bytes.count)",
        at: place)
    }
    if type == .bool, bytes.buffer.contains(where: { $0 > 1 }) {
      throw ImportError(.invalidTensor, "a bool must be a byte 0 or 1", at: place)
    }
    return Tensor(type, shape, storage: bytes.storage, byteOffset: bytes.offset)
  }

  /// The shape that `dims` say.
  static func shape(_ dims: [Int64], _ place: GraphPlace) throws(ImportError) -> Shape {
    guard let shape = Shape(checking: dims.map { Int($0) }) else {
      throw ImportError(.invalidTensor, "the dimensions \(dims) are no shape", at: place)
    }
    return shape
  }

  static func string(_ bytes: [UInt8], _ place: GraphPlace) throws(ImportError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ImportError(.invalidTensor, "a string is not UTF-8", at: place)
    }
    return text
  }

  static func strings(_ elements: [[UInt8]], _ place: GraphPlace) throws(ImportError) -> [String] {
    var texts: [String] = []
    texts.reserveCapacity(elements.count)
    for element in elements { texts.append(try string(element, place)) }
    return texts
  }

  /// The largest dense form of a sparse tensor, in bytes, however few its values are.
  private static let freeDenseBytes: Int = 1 << 24
  /// How many times as large as the sparse form the dense form may be beyond that.
  private static let largestGrowth: Int = 64

  /// The dense form of a sparse tensor: zero wherever no index points. Indices are linear, [n], or
  /// coordinates, [n, rank].
  static func dense(_ sparse: ModelSparseTensor, name: String) throws(ImportError) -> Tensor {
    let place = GraphPlace(value: name)
    let values: Tensor = try tensor(sparse.values, name: name)
    let indices: Tensor = try tensor(sparse.indices, name: name)
    let shape: Shape = try self.shape(sparse.dims, place)
    let type: ElementType = values.elementType
    let width: Int = type.byteWidth
    guard width > 0, values.shape.rank == 1, indices.elementType == .int64,
      indices.shape == [values.count] || indices.shape == [values.count, shape.rank]
    else {
      throw ImportError(
        .invalidTensor,
        "a sparse tensor needs values [n] and int64 indices [n] or [n, \(shape.rank)]; found \(values.shape) and \(indices.shape)",
        at: place)
    }
    let sparseBytes: Int = values.byteCount &+ indices.byteCount
    guard let size = type.byteCount(of: shape.count),
      size <= max(freeDenseBytes, sparseBytes.multipliedReportingOverflow(by: largestGrowth).partialValue)
    else {
      throw ImportError(.tooLarge, "the sparse tensor of shape \(shape) is too large when dense", at: place)
    }
    let storage = Storage(byteCount: size, zeroed: true)
    let positions: [Int64] = indices.elements()
    let rank: Int = indices.shape.rank == 1 ? 1 : shape.rank
    let extents: [Int] = rank == 1 && shape.rank != 1 ? [shape.count] : shape.extents
    for element in 0..<values.count {
      var position: Int = 0
      for axis in 0..<rank {
        let index: Int64 = positions[element * rank + axis]
        guard index >= 0, index < Int64(extents[axis]) else {
          throw ImportError(
            .invalidTensor, "index \(index) of the sparse tensor is outside its shape \(shape)", at: place)
        }
        position = position * extents[axis] + Int(index)
      }
      (storage.base + position * width).copyMemory(from: values.base + element * width, byteCount: width)
    }
    return Tensor(type, shape, storage: storage)
  }
}
