/// A drawing in Graphviz's DOT language, written piece by piece.
package struct Drawing: Sendable {
  /// What a box stands for; each looks different.
  package enum Role: Sendable {
    case node, input, output, constant
  }

  private var body: String = ""
  private let name: String

  package init(name: String) { self.name = name }

  package mutating func box(_ id: String, _ lines: [String], _ role: Role) {
    let style: String =
      switch role {
      case .node: "shape=box, style=\"rounded,filled\", fillcolor=\"#e8eef7\""
      case .input: "shape=oval, style=filled, fillcolor=\"#e3f2df\""
      case .output: "shape=oval, style=filled, fillcolor=\"#f7e6df\""
      case .constant: "shape=note, style=filled, fillcolor=\"#f4f1e6\""
      }
    body += "  \(Self.quoted(id)) [label=\(Self.quoted(lines.joined(separator: "\n"))), \(style)];\n"
  }

  package mutating func arrow(from: String, to: String, label: String) {
    body += "  \(Self.quoted(from)) -> \(Self.quoted(to)) [label=\(Self.quoted(label))];\n"
  }

  package var text: String {
    """
    digraph \(Self.quoted(name)) {
      rankdir=TB;
      node [fontname="Helvetica", fontsize=10];
      edge [fontname="Helvetica", fontsize=8];
    \(body)}

    """
  }

  private static func quoted(_ text: String) -> String {
    var quoted: String = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      default:
        if scalar.properties.generalCategory != .control { quoted.unicodeScalars.append(scalar) }
      }
    }
    return quoted + "\""
  }
}
