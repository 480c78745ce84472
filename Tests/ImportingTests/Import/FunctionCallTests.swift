import Graphs
import Importing
import Models
import TestSupport
import Tensors
import Testing

@Suite struct FunctionCallTests {
  private func function(
    _ name: String, inputs: [String], outputs: [String], attributes: [String] = [],
    defaults: [ModelAttribute] = [], overload: String? = nil, _ nodes: [ModelNode]
  ) -> ModelFunction {
    var function = ModelFunction(name: name, domain: "mine")
    function.inputs = inputs
    function.outputs = outputs
    function.attributes = attributes
    function.attributeDefaults = defaults
    function.overload = overload
    function.nodes = nodes
    function.opsetImports = [OperatorSetID(domain: "", version: 18)]
    return function
  }

  private func model(_ nodes: [ModelNode], functions: [ModelFunction], outputs: [String] = ["y"]) -> Model {
    var result = ImportingTests.model(
      graph(nodes, inputs: [floats("x", [2])], outputs: outputs.map { floats($0) }))
    result.opsetImports.append(OperatorSetID(domain: "mine", version: 1))
    result.functions = functions
    return result
  }

  private let x = Tensor([1, 2] as [Float])

  /// leaky(v) with the slope given by the caller's attribute.
  private var leaky: ModelFunction {
    function(
      "Leaky", inputs: ["v"], outputs: ["r"], defaults: [ModelAttribute("slope", .float(0.5))],
      [
        node("Neg", ["v"], ["n"]),
        node("LeakyRelu", ["n"], ["r"], [ModelAttribute("alpha", .reference("slope", type: 1))]),
      ])
  }

  @Test("A call is replaced by the function's nodes; its names stay apart from the caller's")
  func inlines() throws {
    let model = model(
      [
        node("Leaky", ["x"], ["n"], [ModelAttribute("slope", .float(0.25))], domain: "mine", name: "one"),
        node("Leaky", ["x"], ["y"], domain: "mine", name: "two"),
      ], functions: [leaky], outputs: ["n", "y"])
    let imported = try importer.importGraph(model)
    #expect(imported.nodes.map(\.opName) == ["Neg", "LeakyRelu", "Neg", "LeakyRelu"])
    #expect(Set(imported.values.map(\.name)).count == imported.values.count)
    let outputs = try run(model, [x])
    #expect(outputs[0].doubles == [-0.25, -0.5])
    #expect(outputs[1].doubles == [-0.5, -1])
  }

  @Test("An overload is another function; inputs that the caller leaves out are left out inside")
  func overloads() throws {
    let one = function(
      "F", inputs: ["a", "low"], outputs: ["r"], overload: "clip", [node("Clip", ["a", "low"], ["r"])])
    let two = function("F", inputs: ["a"], outputs: ["r"], [node("Neg", ["a"], ["r"])])
    var call = node("F", ["x"], ["y"], domain: "mine")
    #expect(try run(model([call], functions: [one, two]), [x])[0].doubles == [-1, -2])
    call.overload = "clip"
    #expect(try run(model([call], functions: [one, two]), [x])[0].doubles == [1, 2])
  }

  @Test("Functions call functions, and pass attributes on")
  func nested() throws {
    let outer = function(
      "Outer", inputs: ["v"], outputs: ["r"], attributes: ["s"],
      [
        node(
          "Leaky", ["v"], ["r"], [ModelAttribute("slope", .reference("s", type: 1))], domain: "mine")
      ])
    let call = node("Outer", ["x"], ["y"], [ModelAttribute("s", .float(2))], domain: "mine")
    #expect(try run(model([call], functions: [outer, leaky]), [x])[0].doubles == [-2, -4])
  }

  @Test("A function that calls itself is refused, directly or by way of another")
  func recursion() {
    let a = function("A", inputs: ["v"], outputs: ["r"], [node("B", ["v"], ["r"], domain: "mine")])
    let b = function("B", inputs: ["v"], outputs: ["r"], [node("A", ["v"], ["r"], domain: "mine")])
    #expect(
      problems(model([node("A", ["x"], ["y"], domain: "mine")], functions: [a, b])) == [.invalidFunction])
  }

  @Test("Functions that double at every level are stopped")
  func explosion() {
    var functions: [ModelFunction] = []
    for level in 0..<40 {
      let next: String = level == 39 ? "Neg" : "F\(level + 1)"
      let domain: String = level == 39 ? "" : "mine"
      functions.append(
        function(
          "F\(level)", inputs: ["v"], outputs: ["r"],
          [node(next, ["v"], ["t"], domain: domain), node(next, ["t"], ["r"], domain: domain)]))
    }
    let found = problems(model([node("F0", ["x"], ["y"], domain: "mine")], functions: functions))
    #expect(found.contains(.tooLarge))
  }

  @Test("A graph that a caller hands over sees the caller's names")
  func graphArguments() throws {
    let branch = graph([node("Add", ["x", "x"], ["s"])], outputs: [floats("s")])
    let choose = function(
      "Choose", inputs: ["v", "c"], outputs: ["r"], attributes: ["body"],
      [
        node(
          "If", ["c"], ["r"],
          [
            ModelAttribute("then_branch", .reference("body", type: 5)),
            ModelAttribute(
              "else_branch", .graph(graph([node("Neg", ["v"], ["e"])], outputs: [floats("e")]))),
          ])
      ])
    var model = model(
      [node("Choose", ["x", "c"], ["y"], [ModelAttribute("body", .graph(branch))], domain: "mine")],
      functions: [choose])
    model.graph.inputs.append(bools("c"))
    #expect(try run(model, [x, Tensor(scalar: true)])[0].doubles == [2, 4])
    #expect(try run(model, [x, Tensor(scalar: false)])[0].doubles == [-1, -2])
  }
}
