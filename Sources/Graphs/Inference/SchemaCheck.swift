internal import Tensors

/// Checks a node's inputs against its operator's schema: presence, count, element types, and that
/// parameters of one type variable agree.
package enum SchemaCheck {
  /// `types` are what is known of the inputs; `given` says which are there.
  package static func check(
    _ schema: OperatorSchema, inputs types: [ValueType?], given: [Bool], place: GraphPlace
  ) throws(GraphError) {
    var bound: [String: (type: ElementType, parameter: String)] = [:]
    for (index, type) in types.enumerated() {
      guard let parameter = self.parameter(schema.inputs, at: index) else {
        guard given[index] else { continue }
        throw GraphError(
          .invalidInput, "expected at most \(schema.inputs.count) inputs, found \(types.count)", at: place)
      }
      guard given[index], let type else { continue }
      guard case .tensor(let element, _) = type else {
        guard parameter.allowsContainers else {
          throw GraphError(
            .typeMismatch, "input '\(parameter.name)' must be a tensor, found \(type)", at: place)
        }
        continue
      }
      guard parameter.types.contains(element) else {
        let expected: String = parameter.types.types.map(\.name).joined(separator: ", ")
        throw GraphError(
          .typeMismatch, "input '\(parameter.name)' must be one of \(expected); found \(element.name)",
          at: place)
      }
      guard let variable = parameter.variable else { continue }
      if let other = bound[variable], other.type != element {
        throw GraphError(
          .typeMismatch,
          "inputs '\(other.parameter)' and '\(parameter.name)' must have the same type, found \(other.type.name) and \(element.name)",
          at: place)
      }
      bound[variable] = (element, parameter.name)
    }
    for (index, parameter) in schema.inputs.enumerated() where parameter.presence == .required {
      guard index < given.count, given[index] else {
        throw GraphError(.invalidInput, "input '\(parameter.name)' is required", at: place)
      }
    }
  }

  /// The formal parameter for the actual input or output `index`; the last one repeats where variadic.
  package static func parameter(_ parameters: [Parameter], at index: Int) -> Parameter? {
    if index < parameters.count { return parameters[index] }
    return parameters.last?.presence == .variadic ? parameters.last : nil
  }
}
