internal import Graphs
internal import Models

/// The functions that exported nodes need: one for each operator of our own, for each set of inputs that are
/// given and each set of attributes, told apart by overload.
struct ExportedFunctions {
  private var overloads: [String: String] = [:]
  private var counts: [String: Int] = [:]
  private var functions: [ModelFunction] = []

  /// The overload that defines `op` with these inputs given; empty for the first.
  mutating func overload(
    of op: any FunctionOperator, given: [Bool], _ sets: inout ExportedOperatorSets
  ) -> String {
    let schema: OperatorSchema = type(of: op).schema
    let key: String =
      "\(schema.qualifiedName) \(given) \(op.attributes.map { "\($0.name)=\($0.value)" })"
    if let overload = overloads[key] { return overload }
    let number: Int = counts[schema.qualifiedName, default: 0] + 1
    counts[schema.qualifiedName] = number
    let overload: String = number == 1 ? "" : String(number)
    overloads[key] = overload
    functions.append(function(op, schema, given: given, overload: overload, &sets))
    return overload
  }

  private func function(
    _ op: any FunctionOperator, _ schema: OperatorSchema, given: [Bool], overload: String,
    _ sets: inout ExportedOperatorSets
  ) -> ModelFunction {
    var builder = GraphBuilder(name: schema.name)
    var inputs: [ValueID?] = []
    for (parameter, isGiven) in zip(schema.inputs, given) {
      inputs.append(isGiven ? builder.addInput(name: parameter.name, type: nil) : nil)
    }
    let outputs: [ValueID?] = op.body(inputs, into: &builder)
    let names: [String] = schema.outputs.map(\.name)
    builder.setOutputs(
      outputs.compactMap { $0 }, names: zip(outputs, names).compactMap { $0 == nil ? nil : $1 })
    var unused = ExportNames()
    let body: ModelGraph = GraphExport.main(builder.graph, &unused, &sets)
    var function = ModelFunction(name: schema.name, domain: schema.domain)
    function.overload = overload.isEmpty ? nil : overload
    function.inputs = zip(schema.inputs, given).map { $0.0.name }
    function.outputs = body.outputs.map(\.name)
    function.attributes = op.attributes.map(\.name)
    function.nodes = body.initializers.map { Self.constant($0) } + body.nodes
    return function
  }

  /// A function has no initializers.
  private static func constant(_ tensor: ModelTensor) -> ModelNode {
    var node = ModelNode(opType: "Constant")
    var value: ModelTensor = tensor
    value.name = nil
    node.outputs = [tensor.name ?? ""]
    node.attributes = [ModelAttribute("value", .tensor(value))]
    return node
  }

  /// The functions, all of which import `sets`.
  func all(importing sets: [OperatorSetID]) -> [ModelFunction] {
    functions.map { function in
      var function: ModelFunction = function
      function.opsetImports = sets.filter { $0.domain.isEmpty }
      return function
    }
  }

  var usesOverloads: Bool { functions.contains { $0.overload != nil } }
}
