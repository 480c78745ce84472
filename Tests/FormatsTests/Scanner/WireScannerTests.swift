import Formats
import Models
import Testing

@Suite struct WireScannerTests {
  /// A sequence type inside a sequence type, `count` times.
  private func nestedTypes(_ count: Int) -> Wire {
    var type = Wire().text(6, "x")
    for _ in 0..<count { type = Wire().message(4, Wire().message(1, type)) }
    return Wire.model(graph: Wire().message(11, Wire().text(1, "v").message(2, type)))
  }

  @Test func nestingIsLimitedTo64Messages() throws {
    // Model, graph, value and type come first; each sequence takes two.
    _ = try readModel(nestedTypes(30))
    #expect(refusal(nestedTypes(31))?.code == .limit)
    #expect(refusal(nestedTypes(2000))?.code == .limit)
  }

  @Test func graphsNested100000DeepAreRefused() {
    // From the inside out: an attribute's graph, a node's attribute, a graph's node, ...
    var levels: [[UInt8]] = []
    var length: Int = 0
    for level in 0..<99_999 {
      levels.append([[0x32, 0x2A, 0x0A][level % 3]] + Wire.varint(UInt64(length)))
      length += levels[level].count
    }
    levels.append([0x3A] + Wire.varint(UInt64(length)))
    let error: FormatError? = refusal(levels.reversed().flatMap { $0 })
    #expect(error?.code == .limit && error?.message.contains("64") == true)
  }

  @Test func tenMegabytesOfEmptyMessagesAreRefused() {
    for field in [UInt8(0x0A), 0x2A, 0x5A, 0x72, 0x7A] {
      let graph: [UInt8] = (0..<5_000_000).flatMap { _ in [field, 0] }
      #expect(refusal(Wire().number(1, 14).content(7, graph))?.code == .limit)
    }
  }

  @Test func tenMegabytesOfEmptyTextsAreRefused() {
    let node: [UInt8] = (0..<5_000_000).flatMap { _ in [0x0A, 0] as [UInt8] }
    #expect(refusal(Wire.model(graph: Wire().content(1, node)))?.code == .limit)
  }

  @Test func tenMegabytesOfOneByteIntegersAreRefused() {
    let node: Wire = Wire().text(1, "a").content(8, [UInt8](repeating: 1, count: 10 << 20))
    #expect(refusal(Wire.model(attribute: node))?.code == .limit)
  }

  @Test(
    arguments: [
      [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xFF], [65, 0, 66],
      [0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0xC3],
    ] as [[UInt8]])
  func textThatIsNoUTF8IsRefused(text: [UInt8]) {
    let error: FormatError? = refusal(Wire().content(2, text))
    #expect(error?.code == .malformed)
    #expect(error?.place.element == "ModelProto.producer_name")
    #expect(error?.place.offset != nil)
  }

  @Test func textInManyScriptsIsRead() throws {
    let text = "naïve 模型 模型模型 модель 🙂\u{10FFFF}\u{FFFD}"
    #expect(try readModel(Wire.model(graph: Wire()).text(2, text)).producerName == text)
  }

  @Test func aSecondGraphIsRefused() {
    #expect(refusal(Wire.model(graph: Wire()).message(7, Wire()))?.code == .unsupported)
  }

  @Test func twoAlternativesAtOnceAreRefused() {
    let dimension: Wire = Wire().number(1, 3).text(2, "n")
    let type = Wire().message(1, Wire().number(1, 1).message(2, Wire().message(1, dimension)))
    let graph = Wire().message(11, Wire().text(1, "x").message(2, type))
    #expect(refusal(Wire.model(graph: graph))?.code == .unsupported)
  }

  @Test func theLastOfTwoTextsCounts() throws {
    #expect(try readModel(Wire.model(graph: Wire()).text(2, "a").text(2, "b")).producerName == "b")
  }

  @Test func aWireTypeThatIsNotTheFieldsIsRefused() {
    #expect(refusal(Wire().number(7, 1))?.code == .malformed)
    #expect(refusal(Wire().text(1, "14"))?.code == .malformed)
  }

  @Test func brokenNumbersAreRefused() {
    #expect(refusal([0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x02])?.code == .malformed)
    #expect(refusal([0x08] + [UInt8](repeating: 0x80, count: 11) + [0])?.code == .malformed)
    #expect(refusal([0x08, 0x80])?.code == .truncated)
    #expect(refusal([0x00, 0x00])?.code == .malformed)
    #expect(refusal([0x0E])?.code == .malformed)
    #expect(refusal([0x3A] + Wire.varint(.max))?.code == .truncated)
    #expect(refusal([0x3A] + Wire.varint(1 << 63))?.code == .truncated)
  }

  @Test func aFieldThatOnlyThisReaderWritesIsNotBelieved() throws {
    let tensor: Wire = Wire().number(2, 2).content(9, [5]).number(2001, 77)
    let model: Model = try readModel(Wire.model(initializer: tensor))
    #expect(bytes(of: model.graph.initializers[0].data) == [5])
    let empty: Model = try readModel(Wire.model(initializer: Wire().number(2, 2).number(2001, 0)))
    #expect(bytes(of: empty.graph.initializers[0].data) == [])
  }
}
