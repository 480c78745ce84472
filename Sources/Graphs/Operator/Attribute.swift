package import Tensors

/// A named attribute of a node in a graph.
package struct Attribute: Sendable {
  package var name: String
  package var value: AttributeValue

  package init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }

  package init(_ name: String, _ value: Int) { self.init(name, .int(Int64(value))) }
  package init(_ name: String, _ value: Bool) { self.init(name, .int(value ? 1 : 0)) }
  package init(_ name: String, _ value: Float) { self.init(name, .float(value)) }
  package init(_ name: String, _ value: String) { self.init(name, .string(value)) }
  package init(_ name: String, _ value: [Int]) { self.init(name, .ints(value.map(Int64.init))) }
  package init(_ name: String, _ value: [Float]) { self.init(name, .floats(value)) }
}

/// The value of an attribute, with tensors and graphs resolved.
package indirect enum AttributeValue: Sendable {
  case int(Int64)
  case float(Float)
  case string(String)
  case tensor(Tensor)
  case graph(Subgraph)
  case type(ValueType)
  case ints([Int64])
  case floats([Float])
  case strings([String])
  case tensors([Tensor])

  /// What users read in errors.
  package var kind: String {
    switch self {
    case .int: "an integer"
    case .float: "a float"
    case .string: "a string"
    case .tensor: "a tensor"
    case .graph: "a graph"
    case .type: "a type"
    case .ints: "integers"
    case .floats: "floats"
    case .strings: "strings"
    case .tensors: "tensors"
    }
  }
}
