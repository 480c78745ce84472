import Execution
import Graphs
import KernelSelection
import Operators
import Optimizing
import Planning
import Tensors
import TestSupport
import Testing

/// Joins and cuts that cost no copy: where their values lie, and that results stay what they are.
@Suite struct PartSharingTests {
  /// The plan of a graph of known shapes, checked: it gives what running node by node does.
  private func plan(_ script: inout TestGraph, _ graph: Graph) throws -> Plan {
    let inputs: [Value] = script.randomInputs().compactMap { $0 }
    let session = Session(graph, kernels: KernelSelection.best, runner: SerialRunner.shared)
    for _ in 0..<2 {
      for (a, b) in zip(try graph.run(inputs.map { Optional($0) }), try session.run(inputs)) {
        let planned = try #require(b.tensor)
        #expect(relativeDifference(a, planned) <= 1e-12)
      }
    }
    return try session.plan(inputs)
  }

  private func offset(_ plan: Plan, _ value: ValueID?) -> Int? {
    guard let value, case .arena(let offset) = plan.locations[value.index] else { return nil }
    return offset
  }

  /// Where the inputs of the first Concat lie in its output, in bytes; nil for those that lie elsewhere.
  private func places(_ plan: Plan, of name: String = "Concat") throws -> [Int?] {
    let node = try #require(plan.graph.nodes.first { $0.opName == name })
    let whole = try #require(offset(plan, node.outputs[0]))
    let bytes: Int = plan.graph[node.outputs[0]!].type?.shape.map { $0.count * 8 } ?? 0
    return node.inputs.map { input in
      guard let place = offset(plan, input), place >= whole, place < whole + bytes else { return nil }
      return place - whole
    }
  }

  @Test("What is joined along the first axis that counts is made in its place")
  func joinsPieces() throws {
    var script = TestGraph()
    let x = script.input([1, 2, 3])
    let a = try script.add(SigmoidOp.self, [], x)
    let b = try script.add(TanhOp.self, [], x)
    let joined = try script.add(ConcatOp.self, [Attribute("axis", 1)], a, b)
    let graph = try script.graph(try script.add(MatMulOp.self, [], joined, script.constant([3, 2])))
    #expect(try places(try plan(&script, graph)) == [0, 48])
  }

  @Test("Joins of what was joined before grow in one piece of memory")
  func growsJoins() throws {
    var script = TestGraph()
    var all: [ValueID] = [try script.add(SigmoidOp.self, [], script.input([1, 2, 4]))]
    for _ in 0..<4 {
      let joined =
        all.count == 1 ? all[0] : try script.addVariadic(ConcatOp.self, [Attribute("axis", 1)], all)
      let rows: Int = 2 * all.count
      let weights = script.constant([1, 2, rows])
      all.append(try script.add(MatMulOp.self, [], weights, joined))
    }
    let last = try script.addVariadic(ConcatOp.self, [Attribute("axis", 1)], all)
    let graph = try script.graph(try script.add(MatMulOp.self, [], last, script.constant([4, 3])))
    let made = try plan(&script, graph)
    let offsets: Set<Int?> = Set(
      made.graph.nodes.filter { $0.opName == "Concat" }.map { offset(made, $0.outputs[0]) })
    #expect(offsets.count == 1)
  }

  @Test(
    "A value that stands twice, a constant and an input are copied; so is what is joined on an inner axis")
  func copies() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let a = try script.add(SigmoidOp.self, [], x)
    let joined = try script.add(
      ConcatOp.self, [Attribute("axis", 0)], a, script.constant([1, 3]), x, a,
      try script.add(TanhOp.self, [], x))
    let graph = try script.graph(try script.add(MatMulOp.self, [], joined, script.constant([3, 2])))
    #expect(try places(try plan(&script, graph)) == [nil, nil, nil, nil, 168])
    var inner = TestGraph()
    let y = inner.input([2, 3])
    let b = try inner.add(SigmoidOp.self, [], y)
    let c = try inner.add(ConcatOp.self, [Attribute("axis", 1)], b, try inner.add(TanhOp.self, [], y))
    let other = try inner.graph(try inner.add(MatMulOp.self, [], c, inner.constant([6, 2])))
    #expect(try places(try plan(&inner, other)) == [nil, nil])
  }

  @Test("A part that is an output of the graph, or is written over, keeps its value")
  func keepsValues() throws {
    var script = TestGraph()
    let x = script.input([2, 3])
    let a = try script.add(SigmoidOp.self, [], x)
    let b = try script.add(TanhOp.self, [], x)
    let joined = try script.add(ConcatOp.self, [Attribute("axis", 0)], a, b)
    let later = try script.add(ExpOp.self, [], b)
    let product = try script.add(MatMulOp.self, [], joined, script.constant([3, 2]))
    let graph = try script.graph(product, a, later, try script.add(ReluOp.self, [], joined))
    _ = try plan(&script, graph)
  }

  @Test("The parts of a split along the first axis that counts are the input's memory")
  func cuts() throws {
    var script = TestGraph()
    let x = try script.add(SigmoidOp.self, [], script.input([1, 6, 2]))
    let parts = try script.addSplit(x, lengths: [2, 4], axis: 1)
    let a = try script.add(MatMulOp.self, [], parts[0], script.constant([2, 2]))
    let b = try script.add(ExpOp.self, [], parts[1])
    let graph = try script.graph(a, try script.add(MatMulOp.self, [], b, script.constant([2, 2])))
    let made = try plan(&script, graph)
    let split = try #require(made.graph.nodes.first { $0.opName == "Split" })
    let start = try #require(offset(made, split.inputs[0]))
    #expect(split.outputs.map { offset(made, $0) } == [start, start + 32])
  }

  @Test("Channels-last convolutions and pools write into the rows of a join and read from them")
  func joinsChannels() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 6, 6])
    func convolution(_ value: ValueID, _ channels: Int, _ features: Int) throws -> ValueID {
      try script.add(
        ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], value, script.constant([features, channels, 3, 3]),
        script.constant([features]))
    }
    let a = try script.add(
      AveragePoolOp.self, [Attribute("kernel_shape", [2, 2])], try convolution(x, 3, 16))
    let b = try convolution(a, 16, 8)
    let first = try script.add(ConcatOp.self, [Attribute("axis", 1)], a, b)
    let c = try convolution(first, 24, 8)
    let second = try script.add(ConcatOp.self, [Attribute("axis", 1)], a, b, c)
    let graph = try script.graph(try convolution(second, 32, 8))
    var report = OptimizationReport()
    let optimizer = Optimizer(kernels: KernelSelection.best, stages: [OptimizationStage.layout])
    let made = try plan(&script, try optimizer.optimize(graph, report: &report))
    let joins = made.graph.nodes.filter { $0.opName == "Concat" }
    let start = try #require(offset(made, joins[1].outputs[0]))
    #expect(joins[1].inputs.map { offset(made, $0) } == [start, start + 128, start + 192])
    #expect(offset(made, joins[0].outputs[0]) == start)
  }
}
