import Graphs
import Operators
import Optimizing
import TestSupport
import Tensors
import Testing

/// `h[t + 1] = h[t] W + f(x[t] V)` in its forms, on random inputs.
private struct Recurrence {
  var script = TestGraph(seed: 7)
  private let steps: Int = 5
  var batch: Int = 2

  /// A Scan along axis 1 of the inputs, from the back where `isReversed`.
  mutating func scan(hoistable: Bool = true, isReversed: Bool = false) throws -> Graph {
    let start: ValueID = script.input([batch, 3])
    let rows: ValueID = script.input([batch, steps, 4])
    let weights: [ValueID] = [script.constant([3, 3]), script.constant([4, 3]), script.constant([3])]
    var body = GraphBuilder(name: "step")
    let state: ValueID = body.addInput(name: "h", type: nil)
    let row: ValueID = body.addInput(name: "x", type: nil)
    let captured: [ValueID] = ["w", "v", "b"].map { body.addInput(name: $0, type: nil) }
    let fromState: ValueID = try body.add(MatMulOp.self, inputs: [state, captured[0]])[0]
    var read: ValueID = row
    if !hoistable {
      // A row that is scaled by the state depends on what came before.
      let sum: ValueID = try body.add(
        ReduceSumOp.self, [Attribute("keepdims", 1)], inputs: [state, nil])[0]
      read = try body.add(MulOp.self, inputs: [row, sum])[0]
    }
    let product: ValueID = try body.add(MatMulOp.self, inputs: [read, captured[1]])[0]
    let shifted: ValueID = try body.add(AddOp.self, inputs: [product, captured[2]])[0]
    let active: ValueID = try body.add(TanhOp.self, inputs: [shifted])[0]
    let next: ValueID = try body.add(AddOp.self, inputs: [fromState, active])[0]
    body.setOutputs([next, active])
    var subgraph = Subgraph(graph: body.graph, formalInputCount: 2, captures: weights)
    subgraph.firstCapture = 2
    let scan = ScanOp(body: subgraph, inputAxes: [1], inputIsReversed: [isReversed])
    let outputs: [ValueID?] = script.builder.add(
      scan, inputs: [start, rows] + weights, outputNames: ["last", "all"])
    return try script.graph(outputs[0]!, outputs[1]!)
  }

  /// A Loop of `count` iterations that gathers step `t`, or with `usesNumber` also adds it to the state.
  mutating func loop(count: Int? = nil, usesNumber: Bool = false, goesOn: Bool = true) throws -> Graph {
    let start: ValueID = script.input([batch, 3])
    let rows: ValueID = script.input([batch, steps, 3])
    let weight: ValueID = script.constant([3, 3])
    let limit: ValueID = script.builder.addConstant(Tensor(scalar: Int64(count ?? steps)))
    let first: ValueID = script.builder.addConstant(Tensor(scalar: true))
    var body = GraphBuilder(name: "step")
    let number: ValueID = body.addInput(name: "t", type: .tensor(.int64, Shape.scalar))
    let condition: ValueID = body.addInput(name: "c", type: .tensor(.bool, Shape.scalar))
    let state: ValueID = body.addInput(name: "h", type: nil)
    let captured: [ValueID] = ["x", "w"].map { body.addInput(name: $0, type: nil) }
    let row: ValueID = try body.add(GatherOp.self, [Attribute("axis", 1)], inputs: [captured[0], number])[0]
    let product: ValueID = try body.add(MatMulOp.self, inputs: [row, captured[1]])[0]
    var next: ValueID = try body.add(AddOp.self, inputs: [state, product])[0]
    if usesNumber {
      let real: ValueID = try body.add(
        CastOp.self, [Attribute("to", Int(ElementType.float64.rawValue))], inputs: [number])[0]
      next = try body.add(AddOp.self, inputs: [next, real])[0]
    }
    var more: ValueID = try body.add(IdentityOp.self, inputs: [condition])[0]
    if !goesOn {
      let last: ValueID = body.addConstant(Tensor(scalar: Int64(1)))
      more = try body.add(LessOp.self, inputs: [number, last])[0]
    }
    body.setOutputs([more, next])
    let subgraph = Subgraph(graph: body.graph, formalInputCount: 3, captures: [rows, weight])
    let output: ValueID = try script.builder.add(
      LoopOp.self, [Attribute("body", .graph(subgraph))], inputs: [limit, first, start])[0]
    return try script.graph(output)
  }
}

extension Graph {
  /// How often each operator stands in the bodies of Scan.
  fileprivate var bodies: [String: Int] {
    var counts: [String: Int] = [:]
    for node in nodes {
      if let scan = node.op as? ScanOp { counts.merge(scan.body.graph.histogram, uniquingKeysWith: +) }
    }
    return counts
  }
}

@Suite struct HoistScanProductsTests {
  @Test("A product of the scan input leaves the loop with what follows it", arguments: [false, true])
  func hoists(isReversed: Bool) throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.scan(isReversed: isReversed)
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["MatMul"] == 1)
    #expect(result.histogram["Tanh"] == 1)
    #expect(result.histogram["Transpose"] == 1)
    #expect(result.bodies == ["MatMul": 1, "Add": 1])
  }

  @Test("A product that has many rows in each step stays")
  func staysWithManyRows() throws {
    var recurrence = Recurrence()
    recurrence.batch = 64
    let graph: Graph = try recurrence.scan()
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["MatMul"] == nil)
    #expect(result.bodies["MatMul"] == 2)
  }

  @Test("A product that depends on the state stays")
  func staysWithState() throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.scan(hoistable: false)
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["MatMul"] == nil)
    #expect(result.bodies["MatMul"] == 2)
  }
}

@Suite struct FoldLoopIntoScanTests {
  @Test("A Loop that gathers every step of a tensor becomes a Scan of it, and its product leaves the loop")
  func gathers() throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.loop()
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["Loop"] == nil)
    #expect(result.histogram["MatMul"] == 1)
    #expect(result.bodies == ["Add": 1])
  }

  @Test("The iteration's number becomes a scan input of its own where it is used otherwise")
  func number() throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.loop(usesNumber: true)
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["Loop"] == nil)
    #expect(result.bodies["Cast"] == 1 || result.histogram["Cast"] == 1)
  }

  @Test("A Loop of fewer steps than there are still gathers them")
  func fewerSteps() throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.loop(count: 3)
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["Scan"] == 1)
    #expect(result.bodies["Gather"] == 1)
  }

  @Test("A Loop whose body may end it stays a Loop")
  func condition() throws {
    var recurrence = Recurrence()
    let graph: Graph = try recurrence.loop(goesOn: false)
    let result: Graph = try optimized(&recurrence.script, graph)
    #expect(result.histogram["Loop"] == 1)
  }
}
