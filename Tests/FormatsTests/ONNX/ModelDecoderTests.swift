import Formats
import Models
import Tensors
import Testing

@Suite struct ModelDecoderTests {
  private func tensor(_ type: ElementType, _ dims: [UInt64] = []) -> Wire {
    dims.reduce(Wire()) { $0.number(1, $1) }.number(2, UInt64(type.rawValue))
  }

  private func data(_ tensor: Wire) throws(FormatError) -> [UInt8]? {
    bytes(of: try readModel(Wire.model(initializer: tensor)).graph.initializers[0].data)
  }

  private let one: [UInt8] = [0, 0, 0x80, 0x3F]
  private let two: [UInt8] = [0, 0, 0, 0x40]

  @Test func floatsMayBePackedOrNotOrBoth() throws {
    let packed: Wire = tensor(.float32).content(4, one + two)
    let single: Wire = tensor(.float32).raw([0x25] + one).raw([0x25] + two)
    let mixed: Wire = tensor(.float32).raw([0x25] + one).content(4, two)
    let apart: Wire = tensor(.float32).raw([0x25] + one).text(8, "w").content(4, two)
    for wire in [packed, single, mixed, apart] { #expect(try data(wire) == one + two) }
  }

  @Test func smallIntegersAreNarrowed() throws {
    let minusOne: [UInt8] = Wire.varint(.max)
    #expect(try data(tensor(.int8).content(5, minusOne + [2])) == [0xFF, 2])
    #expect(try data(tensor(.uint8).content(5, Wire.varint(200))) == [200])
    #expect(try data(tensor(.float16).content(5, Wire.varint(0x3C00))) == [0, 0x3C])
    #expect(try data(tensor(.bool).content(5, [0, 1, 7])) == [0, 1, 1])
    #expect(try data(tensor(.int32).content(5, minusOne)) == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(try data(tensor(.int4, [2]).content(5, [0x21])) == [0x21])
    #expect(try data(tensor(.uint32).content(11, Wire.varint(0xFFFF_FFFE))) == [0xFE, 0xFF, 0xFF, 0xFF])
    #expect(
      try data(tensor(.int64).number(7, .max).number(7, 5)) == [UInt8](repeating: 0xFF, count: 8) + [
        5, 0, 0, 0, 0, 0, 0, 0,
      ])
  }

  @Test func integersThatDontFitAreRefused() {
    #expect(refusal(Wire.model(initializer: tensor(.uint8).content(5, Wire.varint(300))))?.code == .invalid)
    #expect(
      refusal(Wire.model(initializer: tensor(.uint32).content(11, Wire.varint(1 << 40))))?.code == .invalid)
  }

  @Test func elementsInTheWrongFieldOrInTwoAreRefused() {
    #expect(refusal(Wire.model(initializer: tensor(.int64).content(4, one)))?.code == .invalid)
    #expect(refusal(Wire.model(initializer: tensor(.string).content(9, one)))?.code == .invalid)
    #expect(
      refusal(Wire.model(initializer: tensor(.float32).content(4, one).content(9, one)))?.code == .invalid)
    #expect(refusal(Wire.model(initializer: tensor(.float32).content(4, [1, 2, 3])))?.code == .malformed)
    #expect(
      refusal(Wire.model(initializer: tensor(.float32).message(3, Wire().number(1, 0))))?.code == .unsupported
    )
  }

  @Test func anEmptyRawFieldBesideATypedOneIsNothing() throws {
    #expect(try data(tensor(.float32).content(4, one).content(9, [])) == one)
  }

  @Test func theLastOfTwoRawFieldsCounts() throws {
    #expect(try data(tensor(.uint8).content(9, [1]).content(9, [2])) == [2])
  }

  private func attribute(_ wire: Wire) throws -> ModelAttributeValue {
    try readModel(Wire.model(attribute: wire.text(1, "a"))).graph.nodes[0].attributes[0].value
  }

  @Test func attributesWithoutATypeHaveTheOneOfTheirField() throws {
    guard case .int(5) = try attribute(Wire().number(3, 5)) else {
      throw Unexpected("expected an integer")
    }
    guard case .strings(let strings) = try attribute(Wire().text(9, "x").text(9, "")) else {
      throw Unexpected("expected strings")
    }
    #expect(strings == [[120], []])
  }

  @Test func attributesOfATypeWithoutAFieldHaveItsDefault() throws {
    guard case .int(0) = try attribute(Wire().number(20, 2)) else { throw Unexpected("expected 0") }
    guard case .floats([]) = try attribute(Wire().number(20, 6)) else {
      throw Unexpected("expected no floats")
    }
    #expect(refusal(Wire.model(attribute: Wire().number(20, 4)))?.code == .invalid)
  }

  @Test func attributesThatContradictThemselvesAreRefused() {
    for wire in [
      Wire().number(3, 5).raw([0x15] + one), Wire().number(3, 5).number(20, 1), Wire().text(1, "a"),
      Wire().number(3, 1).text(21, "outer"), Wire().number(20, 77),
    ] {
      let error: FormatError? = refusal(Wire.model(attribute: wire))
      #expect(error?.code == .invalid || error?.code == .unsupported)
      #expect(error?.place.element?.contains("attribute") == true)
    }
  }

  @Test func unknownFieldsAndGroupsAreSkipped() throws {
    let group: [UInt8] = [0xF3, 0x06, 0xF3, 0x06, 0x08, 0x01, 0xF4, 0x06, 0xF4, 0x06]
    let graph: Wire = Wire().raw(group).text(2, "g").text(99, "later").number(3000, 7)
    #expect(try readModel(Wire.model(graph: graph)).graph.name == "g")
    #expect(refusal(Wire.model(graph: Wire().raw([0xF3, 0x06, 0xFC, 0x06])))?.code == .malformed)
    #expect(refusal(Wire.model(graph: Wire().raw([0xF3, 0x06])))?.code == .truncated)
  }

  @Test func aModelWithoutAGraphIsRefused() {
    #expect(refusal([])?.code == .invalid)
    #expect(refusal(Wire().number(1, 14))?.code == .invalid)
  }
}
