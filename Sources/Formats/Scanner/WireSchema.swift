internal import CONNX

/// What the scanner must know of each message, drawn from the descriptors of the generated code, so that
/// there is one schema only: for every field its wire type, whether it repeats, whether it holds a message
/// and which, and whether its bytes are a payload that the C code must not see.
struct WireSchema: @unchecked Sendable {
  static let shared = WireSchema()

  /// Field numbers from here on are not ONNX's and are skipped.
  static let fieldLimit: Int = 64
  /// The field of `TensorProto` and `AttributeProto` that refers to the table of payloads.
  static let payloadField: Int = 2001

  struct Field {
    enum Kind: UInt8 { case unknown, varint, fixed32, fixed64, text, bytes, message }

    var kind: Kind = .unknown
    var isRepeated: Bool = false
    var isAlternative: Bool = false
    var isPayload: Bool = false
    var message: Int = 0
    var name: UnsafePointer<CChar>?

    /// Whether elements may lie one after the other in one length-delimited record.
    var isPackable: Bool { isRepeated && (kind == .varint || kind == .fixed32 || kind == .fixed64) }
  }

  struct Message {
    var descriptor: UnsafePointer<ProtobufCMessageDescriptor>
    /// What an instance takes, decoded by the C code and then as a part of a model.
    var memory: Int

    var name: String { descriptor.pointee.short_name.map { String(cString: $0) } ?? "message" }
  }

  private(set) var messages: [Message] = []
  private var fields: [Field] = []

  let model: Int
  let tensor: Int
  let sequence: Int
  let optional: Int
  let map: Int

  private init() {
    var builder = Builder()
    var modelMessage = Onnx__ModelProto()
    onnx__model_proto__init(&modelMessage)
    model = builder.add(modelMessage.base.descriptor)
    var tensorMessage = Onnx__TensorProto()
    onnx__tensor_proto__init(&tensorMessage)
    tensor = builder.add(tensorMessage.base.descriptor)
    var attributeMessage = Onnx__AttributeProto()
    onnx__attribute_proto__init(&attributeMessage)
    let attribute: Int = builder.add(attributeMessage.base.descriptor)
    var sequenceMessage = Onnx__SequenceProto()
    onnx__sequence_proto__init(&sequenceMessage)
    sequence = builder.add(sequenceMessage.base.descriptor)
    var optionalMessage = Onnx__OptionalProto()
    onnx__optional_proto__init(&optionalMessage)
    optional = builder.add(optionalMessage.base.descriptor)
    var mapMessage = Onnx__MapProto()
    onnx__map_proto__init(&mapMessage)
    map = builder.add(mapMessage.base.descriptor)

    for number in PayloadField.ofTensor { builder.markPayload(tensor, number) }
    for number in PayloadField.ofAttribute { builder.markPayload(attribute, number) }
    messages = builder.messages
    fields = builder.fields
  }

  /// The field of `message` with the given number; its kind is unknown where there is none.
  @inline(__always)
  func field(_ message: Int, _ number: Int) -> Field {
    number < Self.fieldLimit ? fields[message * Self.fieldLimit + number] : Field()
  }

  private struct Builder {
    var messages: [Message] = []
    var fields: [Field] = []
    var indices: [UnsafePointer<ProtobufCMessageDescriptor>: Int] = [:]

    mutating func add(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> Int {
      if let known = indices[descriptor] { return known }
      let index: Int = messages.count
      indices[descriptor] = index
      let size: Int = descriptor.pointee.sizeof_message
      messages.append(Message(descriptor: descriptor, memory: size + size / 4 + 64))
      fields.append(contentsOf: repeatElement(Field(), count: WireSchema.fieldLimit))
      for position in 0..<Int(descriptor.pointee.n_fields) {
        let source: ProtobufCFieldDescriptor = descriptor.pointee.fields[position]
        let number = Int(source.id)
        guard number < WireSchema.fieldLimit else { continue }
        let flags: UInt32 = source.flags
        var field = Field()
        field.kind = kind(of: source.type)
        field.isRepeated = source.label == PROTOBUF_C_LABEL_REPEATED
        field.isAlternative = flags & UInt32(PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue) != 0
        field.name = source.name
        if field.kind == .message, let inner = source.descriptor {
          field.message = add(inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
        }
        fields[index * WireSchema.fieldLimit + number] = field
      }
      return index
    }

    mutating func markPayload(_ message: Int, _ number: PayloadField) {
      fields[message * WireSchema.fieldLimit + number.rawValue].isPayload = true
    }

    private func kind(of type: ProtobufCType) -> Field.Kind {
      switch type {
      case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32: .fixed32
      case PROTOBUF_C_TYPE_DOUBLE, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64: .fixed64
      case PROTOBUF_C_TYPE_STRING: .text
      case PROTOBUF_C_TYPE_BYTES: .bytes
      case PROTOBUF_C_TYPE_MESSAGE: .message
      default: .varint
      }
    }
  }
}
