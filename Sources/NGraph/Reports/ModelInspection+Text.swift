extension ModelInspection {
  /// The inspection as titled lines.
  package var sections: [(title: String, lines: [String])] {
    var about: [String] = ["\(path)  \(NumberText.bytes(fileBytes))"]
    var origin: [String] = []
    if let graphName, !graphName.isEmpty { origin.append("graph '\(graphName)'") }
    if let producer { origin.append("made by \(producer)") }
    if let irVersion { origin.append("IR version \(irVersion)") }
    if !origin.isEmpty { about.append(origin.joined(separator: ", ")) }
    about.append(
      "operator sets: " + operatorSets.map { "\($0.domain) \($0.version)" }.joined(separator: ", "))
    var sections: [(title: String, lines: [String])] = [
      ("Model", about),
      ("Inputs", inputs.map(\.description)),
      ("Outputs", outputs.map(\.description)),
    ]
    var size: [String] = [
      "\(NumberText.grouped(parameterCount)) parameters, \(NumberText.bytes(parameterBytes))"
    ]
    if let cost {
      let loops: String = cost.hasSubgraphs ? " (bodies of loops and branches aside)" : ""
      size.append("\(NumberText.operations(cost.flops)) a run\(loops)")
      size.append("\(NumberText.bytes(cost.activationBytes)) of activations at most")
    } else if problems.isEmpty {
      size.append("FLOPs and activation memory depend on free dimensions: fix them with --shape name=1x3x...")
    }
    sections.append(("Size", size))
    let nodeCount: Int = operators.reduce(0) { $0 + $1.count }
    let widest: Int = operators.map(\.name.count).max() ?? 0
    var nodes: [String] = operators.map {
      $0.name + String(repeating: " ", count: widest - $0.name.count) + "  \($0.count)"
    }
    if functionCount > 0 { nodes.append("in a graph and \(functionCount) functions") }
    sections.append(("\(NumberText.grouped(nodeCount)) nodes", nodes))
    if !metadata.isEmpty {
      sections.append(("Metadata", metadata.map { "\(Self.printable($0.key)): \(Self.printable($0.value))" }))
    }
    if !problems.isEmpty { sections.append(("Problems", problems.map(\.description))) }
    return sections
  }

  private static func printable(_ text: String) -> String {
    let short: Substring = text.prefix(200)
    return short.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : String($0) }.joined()
      + (short.count < text.count ? "..." : "")
  }

  package var json: JSONValue {
    func described(_ values: [ValueDescription]) -> JSONValue {
      .array(values.map { $0.json })
    }
    return .object([
      ("path", .string(path)), ("fileBytes", .integer(fileBytes)),
      ("irVersion", JSONValue(irVersion.map { Int($0) })),
      ("producer", JSONValue(producer)), ("graph", JSONValue(graphName)),
      (
        "operatorSets",
        .object(operatorSets.map { ($0.domain, .integer(Int($0.version))) })
      ),
      ("inputs", described(inputs)), ("outputs", described(outputs)),
      ("parameters", .integer(parameterCount)), ("parameterBytes", .integer(parameterBytes)),
      ("flops", JSONValue(cost?.flops)), ("activationBytes", JSONValue(cost?.activationBytes)),
      ("operators", .object(operators.map { ($0.name, .integer($0.count)) })),
      ("functions", .integer(functionCount)),
      ("metadata", .object(metadata.map { ($0.key, .string($0.value)) })),
      ("problems", .array(problems.map(\.json))),
    ])
  }
}

extension ValueDescription {
  /// Name, type and shape: a free dimension is its name, or null where it has none.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [("name", .string(name))]
    if let dataType {
      members.append(("type", .string(dataType.rawValue)))
      let shape: JSONValue? = extents.map { extents in
        .array(
          extents.map { extent in
            switch extent {
            case .known(let value): .integer(value)
            case .symbolic(let name): .string(name)
            case .free: .null
            }
          })
      }
      members.append(("shape", shape ?? .null))
    } else {
      members.append(("type", .string(kind.description)))
    }
    return .object(members)
  }
}

extension NGraphError {
  package var json: JSONValue {
    .object([
      ("stage", .string(stage.rawValue)), ("code", .string(code)), ("place", JSONValue(place)),
      ("message", .string(message)),
    ])
  }
}
