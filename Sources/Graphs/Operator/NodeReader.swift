package import Tensors

/// A node as an operator's initializer reads it: inputs and outputs resolved to values, attributes by
/// name, and the operator set version that the model imports.
package struct NodeReader {
  package let name: String
  package let opType: String
  /// The version of the operator set of this node's domain.
  package let version: Int
  /// The node's inputs; nil for one left out. The initializer may append or replace.
  package var inputs: [ValueID?]
  /// Which outputs the node asks for.
  package let wantsOutput: [Bool]
  private var attributes: [String: AttributeValue]
  private let types: (ValueID) -> (type: ValueType?, constant: Tensor?)
  private let addConstant: (Tensor) -> ValueID

  package init(
    name: String, opType: String, version: Int, inputs: [ValueID?], wantsOutput: [Bool],
    attributes: [String: AttributeValue],
    types: @escaping (ValueID) -> (type: ValueType?, constant: Tensor?),
    addConstant: @escaping (Tensor) -> ValueID
  ) {
    self.name = name
    self.opType = opType
    self.version = version
    self.inputs = inputs
    self.wantsOutput = wantsOutput
    self.attributes = attributes
    self.types = types
    self.addConstant = addConstant
  }

  /// The type of input `index`, as far as it is known while importing.
  package func type(ofInput index: Int) -> ValueType? {
    index < inputs.count ? inputs[index].flatMap { types($0).type } : nil
  }

  /// The value of input `index` where it is a constant.
  package func constant(input index: Int) -> Tensor? {
    index < inputs.count ? inputs[index].flatMap { types($0).constant } : nil
  }

  /// Whether input `index` is given.
  package func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// Whether the attribute is given.
  package func has(_ name: String) -> Bool { attributes[name] != nil }

  /// Gives input `index`, which the node leaves out, a constant value: how an attribute of an older
  /// version becomes an input. For initializers; an expansion adds constants to its builder.
  package mutating func setInput(_ index: Int, to tensor: Tensor) {
    while inputs.count <= index { inputs.append(nil) }
    inputs[index] = addConstant(tensor)
  }

  package func int(_ name: String) throws(GraphError) -> Int? {
    guard let value = attributes[name] else { return nil }
    guard case .int(let number) = value else { throw mismatch(name, "an integer", value) }
    return Int(number)
  }

  /// The attribute as a flag: 0 is false, 1 is true, anything else is refused.
  package func flag(_ name: String) throws(GraphError) -> Bool? {
    guard let number = try int(name) else { return nil }
    guard number == 0 || number == 1 else {
      throw error(.invalidAttribute, "attribute '\(name)' must be 0 or 1, found \(number)")
    }
    return number == 1
  }

  package func float(_ name: String) throws(GraphError) -> Float? {
    guard let value = attributes[name] else { return nil }
    guard case .float(let number) = value else { throw mismatch(name, "a float", value) }
    return number
  }

  package func string(_ name: String) throws(GraphError) -> String? {
    guard let value = attributes[name] else { return nil }
    guard case .string(let text) = value else { throw mismatch(name, "a string", value) }
    return text
  }

  package func ints(_ name: String) throws(GraphError) -> [Int]? {
    guard let value = attributes[name] else { return nil }
    guard case .ints(let numbers) = value else { throw mismatch(name, "integers", value) }
    return numbers.map { Int($0) }
  }

  package func floats(_ name: String) throws(GraphError) -> [Float]? {
    guard let value = attributes[name] else { return nil }
    guard case .floats(let numbers) = value else { throw mismatch(name, "floats", value) }
    return numbers
  }

  package func strings(_ name: String) throws(GraphError) -> [String]? {
    guard let value = attributes[name] else { return nil }
    guard case .strings(let texts) = value else { throw mismatch(name, "strings", value) }
    return texts
  }

  package func tensor(_ name: String) throws(GraphError) -> Tensor? {
    guard let value = attributes[name] else { return nil }
    guard case .tensor(let tensor) = value else { throw mismatch(name, "a tensor", value) }
    return tensor
  }

  package func type(_ name: String) throws(GraphError) -> ValueType? {
    guard let value = attributes[name] else { return nil }
    guard case .type(let type) = value else { throw mismatch(name, "a type", value) }
    return type
  }

  /// The attribute as an element type, given by number as ONNX does.
  package func elementType(_ name: String) throws(GraphError) -> ElementType? {
    guard let number = try int(name) else { return nil }
    guard let raw = Int32(exactly: number), let type = ElementType(rawValue: raw) else {
      throw error(.invalidAttribute, "attribute '\(name)' must be an element type, found \(number)")
    }
    return type
  }

  /// Takes over the graph in attribute `name`: the outer values that it uses are appended to `inputs`,
  /// and the result says where.
  package mutating func subgraph(_ name: String) throws(GraphError) -> Subgraph {
    guard let value = attributes[name] else {
      throw error(.missingAttribute, "attribute '\(name)' (a graph) is required")
    }
    guard case .graph(var subgraph) = value else { throw mismatch(name, "a graph", value) }
    subgraph.firstCapture = inputs.count
    inputs += subgraph.captures.map { Optional($0) }
    return subgraph
  }

  /// The attribute's value, or an error that it is missing.
  package func required<Result>(_ name: String, _ value: Result?) throws(GraphError) -> Result {
    guard let value else { throw error(.missingAttribute, "attribute '\(name)' is required") }
    return value
  }

  /// An error that names this node.
  package func error(_ code: GraphError.Code, _ message: String) -> GraphError {
    GraphError(code, message, at: GraphPlace(node: name, op: opType, opset: version))
  }

  private func mismatch(_ name: String, _ expected: String, _ found: AttributeValue) -> GraphError {
    error(.invalidAttribute, "attribute '\(name)' must be \(expected), found \(found.kind)")
  }
}
