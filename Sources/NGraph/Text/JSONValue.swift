/// A JSON document (RFC 8259) to be written. Keys stay in the order in which they were given; numbers
/// without a JSON spelling become the strings `NaN`, `Infinity` and `-Infinity`.
package indirect enum JSONValue: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  package init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }
  package init(_ value: String?) { self = value.map { .string($0) } ?? .null }

  /// The document, indented by two spaces; arrays without objects in them on one line.
  package var text: String {
    var text: String = ""
    write(to: &text, indent: "")
    return text
  }

  private var isSimple: Bool {
    switch self {
    case .object: false
    case .array(let elements): elements.allSatisfy(\.isSimple)
    default: true
    }
  }

  private func write(to text: inout String, indent: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.spelling(value)
    case .string(let value): Self.quote(value, to: &text)
    case .array(let elements):
      let separator: String = isSimple ? "" : "\n" + indent + "  "
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += isSimple ? ", " : "," }
        text += separator
        element.write(to: &text, indent: indent + "  ")
      }
      text += isSimple ? "]" : "\n" + indent + "]"
    case .object(let members):
      if members.isEmpty {
        text += "{}"
        return
      }
      text += "{"
      for (index, member) in members.enumerated() {
        text += (index > 0 ? "," : "") + "\n" + indent + "  "
        Self.quote(member.0, to: &text)
        text += ": "
        member.1.write(to: &text, indent: indent + "  ")
      }
      text += "\n" + indent + "}"
    }
  }

  private static func spelling(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    return value.description
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7F}":
        let digits: String = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
