internal import Models
internal import Tensors

/// Tensors, declarations of values and their types.
extension ModelEncoder {
  func tensor(_ tensor: ModelTensor, isInitializer: Bool = false) throws(FormatError) {
    try writer.packed(1, tensor.dims)
    try writer.integer(2, Int64(tensor.elementType))
    try writer.text(8, tensor.name)
    try writer.text(12, tensor.docString)
    try entries(16, tensor.metadata)
    switch tensor.data {
    case .strings(let elements):
      for element in elements { try writer.bytes(6, element) }
    case .bytes(let bytes):
      try write(bytes, type: tensor.elementType, isInitializer: isInitializer)
    case .external(_, let bytes?):
      try write(bytes, type: tensor.elementType, isInitializer: isInitializer)
    case .external(let reference, nil):
      try externalData(reference)
    }
  }

  private func write(_ bytes: PayloadBytes, type: Int32, isInitializer: Bool) throws(FormatError) {
    let isSextet: Bool =
      type == ElementType.float6E2M3.rawValue || type == ElementType.float6E3M2.rawValue
    let count: Int = isSextet ? Sextets.packedCount(bytes.count) : bytes.count
    if isInitializer, let data, count >= data.threshold {
      let slot = ExternalDataLayout.Slot(bytes: bytes, isSextet: isSextet, count: count)
      return try externalData(data.place(slot, isMeasuring: writer.isMeasuring))
    }
    if isSextet {
      let packed: [UInt8] = writer.isMeasuring ? [] : Sextets.pack(bytes.buffer)
      try packed.withUnsafeBufferPointer { (content) throws(FormatError) in
        try writer.payload(9, count: count, isAligned: isAligned) { UnsafeRawBufferPointer(content) }
      }
    } else {
      try writer.payload(9, count: count, isAligned: isAligned) { bytes.buffer }
    }
  }

  private func externalData(_ reference: ExternalData) throws(FormatError) {
    try entries(13, ExternalReference.encode(reference))
    try writer.integer(14, 1)
  }

  func sparseTensor(_ tensor: ModelSparseTensor) throws(FormatError) {
    try writer.message(1) { () throws(FormatError) in try self.tensor(tensor.values) }
    try writer.message(2) { () throws(FormatError) in try self.tensor(tensor.indices) }
    try writer.packed(3, tensor.dims)
  }

  func valueInfo(_ info: ValueInfo) throws(FormatError) {
    try writer.text(1, info.name)
    if let type = info.type { try writer.message(2) { () throws(FormatError) in try self.type(type) } }
    try writer.text(3, info.docString)
    try entries(4, info.metadata)
  }

  func type(_ type: ModelType) throws(FormatError) {
    try kind(type.kind)
    try writer.text(6, type.denotation)
  }

  private func kind(_ kind: ModelType.Kind) throws(FormatError) {
    switch kind {
    case .tensor(let elementType, let shape):
      try writer.message(1) { () throws(FormatError) in try typedShape(elementType, shape) }
    case .sparseTensor(let elementType, let shape):
      try writer.message(8) { () throws(FormatError) in try typedShape(elementType, shape) }
    case .sequence(let element):
      try writer.message(4) { () throws(FormatError) in try inner(1, element) }
    case .optional(let element):
      try writer.message(9) { () throws(FormatError) in try inner(1, element) }
    case .map(let keyType, let value):
      try writer.message(5) { () throws(FormatError) in
        try writer.integer(1, Int64(keyType))
        try inner(2, value)
      }
    case .opaque(let domain, let name):
      try writer.message(7) { () throws(FormatError) in
        try writer.text(1, domain)
        try writer.text(2, name)
      }
    case .unspecified: break
    }
  }

  private func inner(_ field: Int, _ type: ModelType?) throws(FormatError) {
    guard let type else { return }
    try writer.message(field) { () throws(FormatError) in try self.type(type) }
  }

  private func typedShape(_ elementType: Int32, _ shape: [ModelDimension]?) throws(FormatError) {
    try writer.integer(1, Int64(elementType))
    guard let shape else { return }
    try writer.message(2) { () throws(FormatError) in
      for dimension in shape {
        try writer.message(1) { () throws(FormatError) in
          switch dimension.extent {
          case .value(let value): try writer.integer(1, value)
          case .parameter(let name): try writer.text(2, name)
          case .unknown: break
          }
          try writer.text(3, dimension.denotation)
        }
      }
    }
  }
}
