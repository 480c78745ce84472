/// Where in a graph something went wrong; what is not known is nil.
package struct GraphPlace: Sendable, Hashable, CustomStringConvertible {
  package var node: String?
  package var op: String?
  package var opset: Int?
  package var value: String?

  package init(node: String? = nil, op: String? = nil, opset: Int? = nil, value: String? = nil) {
    self.node = node
    self.op = op
    self.opset = opset
    self.value = value
  }

  package var description: String {
    var parts: [String] = []
    if let op { parts.append(opset.map { "\(op)-\($0)" } ?? op) }
    if let node, !node.isEmpty { parts.append("node '\(node)'") }
    if let value { parts.append("value '\(value)'") }
    return parts.joined(separator: ", ")
  }

  /// The same place, with what it leaves open taken from `outer`.
  package func within(_ outer: GraphPlace) -> GraphPlace {
    GraphPlace(
      node: node ?? outer.node, op: op ?? outer.op, opset: opset ?? outer.opset, value: value ?? outer.value)
  }
}

/// Why a graph, or a node in it, is not valid.
package struct GraphError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case unsupportedOperator, unsupportedForm, invalidAttribute, missingAttribute, invalidInput
    case typeMismatch, shapeMismatch, invalidGraph, tooLarge
  }

  package var code: Code
  /// What was expected and what was found.
  package var message: String
  package var place: GraphPlace
  package var cause: (any Error)?

  package init(
    _ code: Code, _ message: String, at place: GraphPlace = GraphPlace(), cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
  }

  package var description: String {
    let place: String = place.description
    return place.isEmpty ? message : "\(place): \(message)"
  }
}

/// Why no plan could be made for a graph and a signature of input shapes.
package struct PlanError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case unsupportedType, unknownShape, tooLarge, invalidSignature, invalidGraph
  }

  package var code: Code
  package var message: String
  package var place: GraphPlace
  package var cause: (any Error)?

  package init(
    _ code: Code, _ message: String, at place: GraphPlace = GraphPlace(), cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
  }

  package var description: String {
    let place: String = place.description
    return place.isEmpty ? message : "\(place): \(message)"
  }
}

/// Why a run failed: something that only the data could tell, such as an index out of range.
package struct ExecutionError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case invalidInput, invalidData, indexOutOfRange, divisionByZero, shapeMismatch, unsupportedType,
      planFailed, tooLarge, timeLimit
  }

  package var code: Code
  package var message: String
  package var place: GraphPlace
  package var cause: (any Error)?

  package init(
    _ code: Code, _ message: String, at place: GraphPlace = GraphPlace(), cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.place = place
    self.cause = cause
  }

  package var description: String {
    let place: String = place.description
    return place.isEmpty ? message : "\(place): \(message)"
  }
}
