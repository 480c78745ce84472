import Graphs
import Importing
import Models
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct SubgraphImportTests {
  private func ifNode(_ condition: String, then: ModelGraph, else: ModelGraph, output: String = "y")
    -> ModelNode
  {
    node(
      "If", [condition], [output],
      [ModelAttribute("then_branch", .graph(then)), ModelAttribute("else_branch", .graph(`else`))])
  }

  private func imported(_ model: Model) throws -> (Graph, IfOp) {
    let graph = try importer.importGraph(model)
    let op = graph.nodes.compactMap { $0.op as? IfOp }.first
    return (graph, try #require(op))
  }

  @Test("What a branch uses from outside becomes its last inputs; outer constants come inside")
  func captures() throws {
    let then = graph([node("Add", ["x", "w"], ["a"])], outputs: [floats("a")])
    let other = graph([node("Neg", ["x"], ["b"])], outputs: [floats("b")])
    let model = model(
      graph(
        [ifNode("c", then: then, else: other)], inputs: [floats("x", [2]), bools("c")],
        outputs: [floats("y")], initializers: [tensor("w", [10, 20])]))
    let (graph, op) = try imported(model)
    #expect(op.thenBranch.graph.inputs.count == 1)
    #expect(op.thenBranch.graph.values.contains { $0.constant != nil })
    #expect(graph.nodes[0].inputs == [graph.inputs[1], graph.inputs[0], graph.inputs[0]])
    let x = Tensor([1, 2] as [Float])
    #expect(try run(model, [x, Tensor(scalar: true)])[0].doubles == [11, 22])
    #expect(try run(model, [x, Tensor(scalar: false)])[0].doubles == [-1, -2])
  }

  @Test("A capture passes through the graphs between")
  func nestedCaptures() throws {
    let innermost = graph([node("Add", ["x", "h"], ["a"])], outputs: [floats("a")])
    let negative = graph([node("Neg", ["h"], ["n"])], outputs: [floats("n")])
    let middle = graph(
      [node("Mul", ["x", "x"], ["h"]), ifNode("c", then: innermost, else: negative, output: "m")],
      outputs: [floats("m")])
    let plain = graph([node("Identity", ["x"], ["p"])], outputs: [floats("p")])
    let model = model(
      graph(
        [ifNode("c", then: middle, else: plain)], inputs: [floats("x", [1]), bools("c")],
        outputs: [floats("y")]))
    #expect(try run(model, [Tensor([3] as [Float]), Tensor(scalar: true)])[0].doubles == [12])
    #expect(try run(model, [Tensor([3] as [Float]), Tensor(scalar: false)])[0].doubles == [3])
  }

  @Test("A node whose body needs a later node waits for it")
  func orderedByCapture() throws {
    let then = graph([node("Identity", ["late"], ["a"])], outputs: [floats("a")])
    let other = graph([node("Neg", ["late"], ["b"])], outputs: [floats("b")])
    let model = model(
      graph(
        [ifNode("c", then: then, else: other), node("Add", ["x", "x"], ["late"])],
        inputs: [floats("x", [1]), bools("c")], outputs: [floats("y")]))
    #expect(try run(model, [Tensor([3] as [Float]), Tensor(scalar: true)])[0].doubles == [6])
  }

  @Test("What is wrong inside a branch is reported too")
  func problemsInside() {
    let then = graph([node("Wrap", ["x"], ["a"])], outputs: [floats("a")])
    let other = graph([node("Neg", ["nowhere"], ["b"])], outputs: [floats("b")])
    let model = model(
      graph(
        [ifNode("c", then: then, else: other)], inputs: [floats("x", [1]), bools("c")],
        outputs: [floats("y")]))
    #expect(problems(model) == [.unsupportedOperator, .undefinedName])
  }

  @Test("Graphs nested without end are refused")
  func depth() {
    var inner = graph([node("Identity", ["x"], ["deep"])], outputs: [floats("deep")])
    for level in 0..<100 {
      let flat = graph([node("Identity", ["x"], ["flat\(level)"])], outputs: [floats("flat\(level)")])
      inner = graph(
        [ifNode("c", then: inner, else: flat, output: "o\(level)")], outputs: [floats("o\(level)")])
    }
    let model = model(
      graph(inner.nodes, inputs: [floats("x", [1]), bools("c")], outputs: [floats("o99")]))
    #expect(problems(model).contains(.tooLarge))
  }
}
