import Graphs
import KernelSelection
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct LoopTests {
  /// x -> x + x while x < 100; gives x as a slice too, where `stacks`.
  private func doublingBody(untilLimit: Bool, stacks: Bool) throws -> Subgraph {
    var body = GraphBuilder(name: "body")
    _ = body.addInput(name: "number", type: .tensor(.int64, Shape.scalar))
    let condition = body.addInput(name: "condition", type: .tensor(.bool, Shape.scalar))
    let x = body.floats("x", .scalar)
    let next = try body.node(AddOp.self, [x, x])
    let limit = body.addConstant(Tensor(scalar: Float(100)))
    let goesOn =
      untilLimit
      ? try body.node(LessOp.self, [next, limit]) : try body.node(IdentityOp.self, [condition])
    body.setOutputs([goesOn, next] + (stacks ? [x] : []))
    return Subgraph(graph: body.graph, formalInputCount: 3, captures: [])
  }

  private func loop(
    _ count: Int?, _ condition: Bool?, body: Subgraph, constantCount: Bool = true, isStatic: Bool
  ) throws -> [Value] {
    var builder = GraphBuilder(name: "test")
    var inputs: [Value] = []
    var m: ValueID?
    if let count {
      let tensor = Tensor(scalar: Int64(count))
      if constantCount {
        m = builder.addConstant(tensor)
      } else {
        m = builder.addInput(name: "m", type: .tensor(.int64, Shape.scalar))
        inputs.append(.tensor(tensor))
      }
    }
    let first: ValueID? = condition.map { builder.addConstant(Tensor(scalar: $0)) }
    let x = builder.floats("x", .scalar)
    inputs.append(.tensor(Tensor(scalar: Float(1))))
    builder.setOutputs(
      try builder.nodes(
        LoopOp.self, [m, first, x], [Attribute("body", .graph(body))],
        outputs: body.graph.outputs.count - 1))
    return try runBothWays(builder.graph, inputs, isStatic: isStatic)
  }

  @Test("A known number of iterations is planned, slices and all")
  func knownCount() throws {
    let outputs = try loop(5, true, body: doublingBody(untilLimit: false, stacks: true), isStatic: true)
    #expect(outputs[0].tensor?.doubles == [32])
    #expect(outputs[1].tensor?.doubles == [1, 2, 4, 8, 16])
    #expect(outputs[1].tensor?.shape == [5])
  }

  @Test("A condition that data decide ends a planned loop that stacks nothing")
  func condition() throws {
    let outputs = try loop(nil, true, body: doublingBody(untilLimit: true, stacks: false), isStatic: true)
    #expect(outputs[0].tensor?.doubles == [128])
  }

  @Test("The first condition may keep the body from running", arguments: [true, false])
  func firstCondition(stacks: Bool) throws {
    let outputs = try loop(4, false, body: doublingBody(untilLimit: false, stacks: stacks), isStatic: true)
    #expect(outputs[0].tensor?.doubles == [1])
    if stacks { #expect(outputs[1].tensor?.shape == [0]) }
  }

  @Test("Both limits hold: whichever comes first", arguments: [(3, 8.0), (50, 128.0), (0, 1.0), (-2, 1.0)])
  func bothLimits(count: Int, expected: Double) throws {
    let body = try doublingBody(untilLimit: true, stacks: false)
    let outputs = try loop(count, true, body: body, constantCount: false, isStatic: true)
    #expect(outputs[0].tensor?.doubles == [expected])
  }

  @Test("Slices whose number the data decide are evaluated")
  func evaluated() throws {
    let outputs = try loop(50, true, body: doublingBody(untilLimit: true, stacks: true), isStatic: false)
    #expect(outputs[0].tensor?.doubles == [128])
    #expect(outputs[1].tensor?.doubles == [1, 2, 4, 8, 16, 32, 64])
  }

  @Test("A carried value may grow: its shape is unknown, not wrong")
  func growing() throws {
    var body = GraphBuilder(name: "body")
    _ = body.addInput(name: "number", type: .tensor(.int64, Shape.scalar))
    let condition = body.addInput(name: "condition", type: .tensor(.bool, Shape.scalar))
    let x = body.addInput(name: "x", type: nil)
    let next = try body.node(ConcatOp.self, [x, x], [Attribute("axis", 0)])
    let same = try body.node(IdentityOp.self, [condition])
    body.setOutputs([same, next])
    let subgraph = Subgraph(graph: body.graph, formalInputCount: 3, captures: [])
    var builder = GraphBuilder(name: "test")
    let x0 = builder.floats("x", [1, 2])
    let m = builder.addConstant(Tensor(scalar: Int64(3)))
    builder.setOutputs(
      try builder.nodes(LoopOp.self, [m, nil, x0], [Attribute("body", .graph(subgraph))], outputs: 1))
    let outputs = try runBothWays(
      builder.graph, [.tensor(Tensor([1, 2] as [Float], [1, 2]))], isStatic: false)
    #expect(outputs[0].tensor?.shape == [8, 2])
    let inferred = try inferredType(builder.graph)
    #expect(inferred?.dimensions?[0].value == nil)
    #expect(inferred?.dimensions?[1] == 2)
  }

  private func inferredType(_ graph: Graph) throws -> ValueType? {
    let inferred = try GraphInference(kernels: KernelSelection.best).infer(graph)
    return inferred[inferred.outputs[0]].type
  }
}
