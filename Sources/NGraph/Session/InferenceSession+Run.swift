internal import Execution
internal import Tensors

extension InferenceSession {
  /// The outputs by name, for `arrays` by the names of the inputs.
  public func run(_ arrays: [String: NDArray]) throws(NGraphError) -> [String: NDArray] {
    let results: [ModelValue] = try run(values: try ordered(arrays.mapValues { .array($0) }))
    var named: [String: NDArray] = [:]
    for (description, array) in zip(outputs, try Self.arrays(results, outputs)) {
      named[description.name] = array
    }
    return named
  }

  /// The outputs in order, for `arrays` in the order of the inputs.
  public func run(_ arrays: [NDArray]) throws(NGraphError) -> [NDArray] {
    try Self.arrays(try run(values: arrays.map { .array($0) }), outputs)
  }

  /// The outputs in order, for `values` in the order of the inputs: for models that take or give
  /// sequences, optionals or maps.
  public func run(values: [ModelValue]) throws(NGraphError) -> [ModelValue] {
    try run(values: values, recorder: nil)
  }

  /// The same, with the time of every step added to `recorder`.
  package func run(values: [ModelValue], recorder: ProfileRecorder?) throws(NGraphError) -> [ModelValue] {
    let session: Session = try session()
    do {
      return try session.run(values.map(\.value), profile: recorder?.profile, deadline: options.deadline)
        .map { ModelValue($0) }
    } catch { throw NGraphError(error) }
  }

  /// `values` in the order of the inputs, each given once.
  package func ordered(_ values: [String: ModelValue]) throws(NGraphError) -> [ModelValue] {
    var rest: [String: ModelValue] = values
    var ordered: [ModelValue] = []
    for input in inputs {
      guard let value = rest.removeValue(forKey: input.name) else {
        throw NGraphError(
          .run, "invalidInput", "expected \(input.kind), found nothing", at: "input '\(input.name)'")
      }
      ordered.append(value)
    }
    if let unknown = rest.keys.sorted().first {
      throw NGraphError(
        .run, "invalidInput",
        "there is no input '\(unknown)'; the inputs are \(inputs.map { "'\($0.name)'" }.joined(separator: ", "))"
      )
    }
    return ordered
  }

  private static func arrays(_ values: [ModelValue], _ outputs: [ValueDescription]) throws(NGraphError)
    -> [NDArray]
  {
    var arrays: [NDArray] = []
    for (value, output) in zip(values, outputs) {
      guard let array = value.array else {
        throw NGraphError(
          .run, "typeMismatch", "the output is a container: call run(values:)", at: "output '\(output.name)'")
      }
      arrays.append(array)
    }
    return arrays
  }
}
