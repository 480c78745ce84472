/// An operator of the domain `ngraph`, which other runtimes don't know: it says what it is in standard
/// operators, and a model file that uses it carries that as a function.
package protocol FunctionOperator: Operator {
  /// Appends nodes of standard operators that compute what this operator does, with its attributes, and
  /// returns a value for each output of its schema. `inputs` are those of a node; nil is one left out.
  func body(_ inputs: [ValueID?], into builder: inout GraphBuilder) -> [ValueID?]
}

extension GraphBuilder {
  /// Appends a node with one output. For bodies of functions.
  package mutating func add(_ op: any Operator, _ inputs: ValueID?...) -> ValueID? {
    add(op, inputs: inputs, outputNames: [""])[0]
  }
}
