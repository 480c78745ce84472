/// A value under its name, for people and for programs: arrays by their digest, containers with what is in
/// them.
package struct ValueReport: Sendable {
  private static let shownElements: Int = 16

  package let name: String
  package let value: ModelValue

  package init(name: String, _ value: ModelValue) {
    self.name = name
    self.value = value
  }

  /// What is said after the name: type and shape.
  package var kind: String {
    switch value {
    case .array(let array): "\(array.dataType)[\(array.shape.map(String.init).joined(separator: ", "))]"
    case .sequence(let elements): "sequence of \(elements.count)"
    case .optional(nil): "optional without a value"
    case .optional: "optional"
    case .map(_, let values): "map of \(values.count)"
    }
  }

  /// The lines below the name.
  package var lines: [String] {
    switch value {
    case .array(let array): return ValueDigest(array).lines
    case .optional(let element?): return nested([ValueReport(name: "value", element)])
    case .optional: return []
    case .sequence(let elements):
      return nested(elements.prefix(Self.shownElements).enumerated().map { ValueReport(name: "[\($0)]", $1) })
        + rest(elements.count)
    case .map(let keys, let values):
      let reports: [ValueReport] = values.prefix(Self.shownElements).enumerated()
        .map { ValueReport(name: "value [\($0)]", $1) }
      return nested([ValueReport(name: "keys", .array(keys))] + reports) + rest(values.count)
    }
  }

  private func nested(_ reports: [ValueReport]) -> [String] {
    reports.flatMap { report in ["\(report.name)  \(report.kind)"] + report.lines.map { "  " + $0 } }
  }

  private func rest(_ count: Int) -> [String] {
    count > Self.shownElements ? ["... and \(count - Self.shownElements) more"] : []
  }

  package var json: JSONValue { .object([("name", .string(name))] + Self.members(value)) }

  private static func members(_ value: ModelValue) -> [(String, JSONValue)] {
    switch value {
    case .array(let array): return ValueDigest(array).members
    case .optional(let element):
      return [("type", "optional"), ("value", element.map { .object(members($0)) } ?? .null)]
    case .sequence(let elements):
      return [("type", "sequence"), ("elements", .array(elements.map { .object(members($0)) }))]
    case .map(let keys, let values):
      return [
        ("type", "map"), ("keys", .object(members(.array(keys)))),
        ("values", .array(values.map { .object(members($0)) })),
      ]
    }
  }
}
