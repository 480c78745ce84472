internal import CONNX
internal import Models
internal import Tensors

/// One value as ONNX's `TensorProto`, `SequenceProto`, `OptionalProto` or `MapProto`, as test data has them.
///
/// The bytes alone don't always tell which of the four they are, so what is expected decides; where nothing
/// is, the first that makes sense in the order above. Payloads of tensors start at multiples of 64 bytes.
package enum ProtoTensorFormat: TensorFormat {
  package static let name = "TensorProto"
  package static let extensions = ["pb"]

  package static func read(
    _ file: MappedFile, as expected: ExpectedValue?
  ) throws(FormatError) -> [NamedValue] {
    switch expected {
    case .tensor: return [try tensor(file)]
    case .sequence: return [try sequence(file)]
    case .optional: return [try optional(file)]
    case .map: return [try map(file)]
    case nil: break
    }
    do { return [try tensor(file)] } catch let first {
      if let value = try? sequence(file) { return [value] }
      if let value = try? optional(file) { return [value] }
      if let value = try? map(file) { return [value] }
      throw first
    }
  }

  package static func write(_ values: [NamedValue], to path: String) throws(FormatError) {
    guard values.count == 1 else {
      throw FormatError(.unsupported, "expected one value, found \(values.count): a .pb file holds one")
    }
    let file = try AtomicFile(path: path)
    try WireWriter.write(to: file) { (writer) throws(FormatError) in
      let encoder = ModelEncoder(writer: writer, isAligned: true, data: nil)
      switch values[0].value {
      case .tensor(let tensor): try encoder.tensor(ModelTensor(tensor, name: values[0].name))
      case .sequence(let elements): try encoder.sequence(elements, name: values[0].name)
      case .optional(let element): try encoder.optional(element, name: values[0].name)
      case .map(let keys, let elements): try encoder.map(keys, elements, name: values[0].name)
      }
    }
    try file.commit()
  }

  private static func tensor(_ file: MappedFile) throws(FormatError) -> NamedValue {
    let message = try ONNXMessage(file, as: WireSchema.shared.tensor)
    let decoder: ModelDecoder = message.decoder(external: nil)
    return try message.withMessage(of: Onnx__TensorProto.self) { (root) throws(FormatError) in
      NamedValue(name: decoder.text(root.name), .tensor(try decoder.value(root)))
    }
  }

  private static func sequence(_ file: MappedFile) throws(FormatError) -> NamedValue {
    let message = try ONNXMessage(file, as: WireSchema.shared.sequence)
    let decoder: ModelDecoder = message.decoder(external: nil)
    return try message.withMessage(of: Onnx__SequenceProto.self) { (root) throws(FormatError) in
      NamedValue(name: decoder.text(root.name), .sequence(try decoder.values(root)))
    }
  }

  private static func optional(_ file: MappedFile) throws(FormatError) -> NamedValue {
    let message = try ONNXMessage(file, as: WireSchema.shared.optional)
    let decoder: ModelDecoder = message.decoder(external: nil)
    return try message.withMessage(of: Onnx__OptionalProto.self) { (root) throws(FormatError) in
      NamedValue(name: decoder.text(root.name), .optional(try decoder.value(root)))
    }
  }

  private static func map(_ file: MappedFile) throws(FormatError) -> NamedValue {
    let message = try ONNXMessage(file, as: WireSchema.shared.map)
    let decoder: ModelDecoder = message.decoder(external: nil)
    return try message.withMessage(of: Onnx__MapProto.self) { (root) throws(FormatError) in
      NamedValue(name: decoder.text(root.name), try decoder.value(root))
    }
  }
}

extension ModelTensor {
  init(_ tensor: Tensor, name: String?) {
    let data: Payload =
      tensor.strings.map { .strings($0.elements.map { [UInt8]($0.utf8) }) } ?? .bytes(tensor.payload)
    self.init(
      name: name, elementType: tensor.elementType.rawValue, dims: tensor.shape.extents.map(Int64.init),
      data: data)
  }
}
