internal import CONNX
internal import Tensors

/// A file of one message of the schema, scanned and parsed; the structures live as long as this object.
final class ONNXMessage {
  private let file: MappedFile
  private let allocator: BudgetAllocator
  private let message: UnsafeMutablePointer<ProtobufCMessage>
  private let payloads: PayloadTable
  private let budget: DecodingBudget

  /// Parses `file` as the message with number `type` in the schema.
  init(_ file: MappedFile, as type: Int) throws(FormatError) {
    let budget = DecodingBudget(fileSize: file.count)
    let skeleton: WireScanner.Skeleton = try WireScanner.scan(file.bytes, as: type, budget: budget)
    let allocator = BudgetAllocator(limit: budget.limit)
    let descriptor = WireSchema.shared.messages[type].descriptor
    guard let message = allocator.unpack(skeleton.bytes, as: descriptor) else {
      throw allocator.isExhausted
        ? FormatError(
          .limit, "parsing takes more than the \(budget.limit) bytes that a file of this size may ask for")
        : FormatError(
          .malformed, "expected a \(WireSchema.shared.messages[type].name), found what protobuf-c can't parse"
        )
    }
    self.file = file
    self.allocator = allocator
    self.message = message
    self.budget = budget
    payloads = skeleton.payloads
  }

  func decoder(external: ExternalFiles?) -> ModelDecoder {
    ModelDecoder(
      payloads: payloads, payload: PayloadDecoder(file: file.bytes, storage: file.storage(), budget: budget),
      external: external)
  }

  /// Calls `body` with the root structure, which must be of the type that was parsed.
  func withMessage<Message, Result>(
    of type: Message.Type, _ body: (Message) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    let root: UnsafeMutablePointer<Message> = UnsafeMutableRawPointer(message).assumingMemoryBound(to: type)
    return try withExtendedLifetime(self) { () throws(FormatError) -> Result in try body(root.pointee) }
  }
}
