import Graphs
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct IfTests {
  /// A branch that gives `captured + shift`, or `captured` taken `repeats` times.
  private func branch(_ captured: ValueID, shift: Float, repeats: Int = 1) throws -> Subgraph {
    var body = GraphBuilder(name: "branch")
    let x = body.addInput(name: "x", type: nil)
    let constant = body.addConstant(Tensor(scalar: shift))
    var result = try body.node(AddOp.self, [x, constant])
    if repeats > 1 {
      result = try body.node(ConcatOp.self, Array(repeating: result, count: repeats), [Attribute("axis", 0)])
    }
    body.setOutputs([result])
    return Subgraph(graph: body.graph, formalInputCount: 0, captures: [captured])
  }

  private func graph(elseRepeats: Int, constant: Bool? = nil) throws -> Graph {
    var builder = GraphBuilder(name: "test")
    let x = builder.floats("x", [2])
    let condition =
      constant.map { builder.addConstant(Tensor(scalar: $0)) }
      ?? builder.addInput(name: "condition", type: .tensor(.bool, Shape.scalar))
    let attributes = [
      Attribute("then_branch", .graph(try branch(x, shift: 10))),
      Attribute("else_branch", .graph(try branch(x, shift: 20, repeats: elseRepeats))),
    ]
    builder.setOutputs(try builder.nodes(IfOp.self, [condition], attributes, outputs: 1))
    return builder.graph
  }

  private let x = Value.tensor(Tensor([1, 2] as [Float]))

  @Test("The condition chooses; branches of equal shapes are planned", arguments: [true, false])
  func chooses(condition: Bool) throws {
    let outputs = try runBothWays(
      try graph(elseRepeats: 1), [x, .tensor(Tensor(scalar: condition))], isStatic: true)
    #expect(outputs[0].tensor?.doubles == (condition ? [11, 12] : [21, 22]))
  }

  @Test("Branches of different shapes are evaluated", arguments: [true, false])
  func differentShapes(condition: Bool) throws {
    let outputs = try runBothWays(
      try graph(elseRepeats: 2), [x, .tensor(Tensor(scalar: condition))], isStatic: false)
    #expect(outputs[0].tensor?.doubles == (condition ? [11, 12] : [21, 22, 21, 22]))
  }

  @Test("A known condition leaves one branch, whatever the other's shape", arguments: [true, false])
  func knownCondition(condition: Bool) throws {
    let outputs = try runBothWays(try graph(elseRepeats: 2, constant: condition), [x], isStatic: true)
    #expect(outputs[0].tensor?.doubles == (condition ? [11, 12] : [21, 22, 21, 22]))
  }
}
