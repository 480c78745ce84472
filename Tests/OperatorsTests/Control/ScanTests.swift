import Graphs
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct ScanTests {
  /// sum += x; gives the new sum twice: carried, and as a slice.
  private func sumBody(_ shape: Shape) throws -> Subgraph {
    var body = GraphBuilder(name: "body")
    let sum = body.floats("sum", shape)
    let x = body.floats("x", shape)
    let next = try body.node(AddOp.self, [sum, x])
    let copy = try body.node(IdentityOp.self, [next])
    body.setOutputs([next, copy])
    return Subgraph(graph: body.graph, formalInputCount: 2, captures: [])
  }

  private func scan(
    _ state: Tensor, _ sequence: Tensor, body: Subgraph, _ attributes: [Attribute] = []
  ) throws -> [Value] {
    var builder = GraphBuilder(name: "test")
    let inputs = [builder.floats("state", state.shape), builder.floats("sequence", sequence.shape)]
    let outputs = try builder.nodes(
      ScanOp.self, inputs,
      [Attribute("num_scan_inputs", 1), Attribute("body", .graph(body))] + attributes, outputs: 2)
    builder.setOutputs(outputs)
    return try runBothWays(builder.graph, [.tensor(state), .tensor(sequence)], isStatic: true)
  }

  @Test("The example of the specification: the sum of the rows so far")
  func sumsRows() throws {
    let outputs = try scan(
      Tensor([0, 0] as [Float]), Tensor([1, 2, 3, 4, 5, 6] as [Float], [3, 2]), body: sumBody([2]))
    #expect(outputs[0].tensor?.doubles == [9, 12])
    #expect(outputs[1].tensor?.doubles == [1, 2, 4, 6, 9, 12])
    #expect(outputs[1].tensor?.shape == [3, 2])
  }

  @Test("Input and output directions count from the back")
  func directions() throws {
    let outputs = try scan(
      Tensor([0, 0] as [Float]), Tensor([1, 2, 3, 4, 5, 6] as [Float], [3, 2]), body: sumBody([2]),
      [Attribute("scan_input_directions", [1]), Attribute("scan_output_directions", [1])])
    #expect(outputs[1].tensor?.doubles == [9, 12, 8, 10, 5, 6])
  }

  @Test("Slices along an inner axis are gathered and scattered")
  func axes() throws {
    // Columns of [[1, 2, 3], [4, 5, 6]].
    let outputs = try scan(
      Tensor([0, 0] as [Float]), Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3]), body: sumBody([2]),
      [Attribute("scan_input_axes", [-1]), Attribute("scan_output_axes", [1])])
    #expect(outputs[0].tensor?.doubles == [6, 15])
    #expect(outputs[1].tensor?.shape == [2, 3])
    #expect(outputs[1].tensor?.doubles == [1, 3, 6, 4, 9, 15])
  }

  @Test("A sequence of no slices leaves the state as it was")
  func emptySequence() throws {
    let outputs = try scan(
      Tensor([7, 8] as [Float]), Tensor([] as [Float], [0, 2]), body: sumBody([2]))
    #expect(outputs[0].tensor?.doubles == [7, 8])
    #expect(outputs[1].tensor?.shape == [0, 2])
  }

  @Test("An even and an odd number of iterations end in the output", arguments: 1...5)
  func parity(count: Int) throws {
    let outputs = try scan(
      Tensor([0] as [Float]), Tensor((1...count).map { Float($0) }, [count, 1]), body: sumBody([1]))
    #expect(outputs[0].tensor?.doubles == [Double(count * (count + 1) / 2)])
  }

  @Test("A layer-normalized recurrent cell, captured weights and all, equals the sum done by hand")
  func recurrentCell() throws {
    var builder = GraphBuilder(name: "test")
    var generator = SeededGenerator(seed: 11)
    let (steps, size) = (5, 4)
    let state: Tensor = .random([1, size], using: &generator)
    let sequence: Tensor = .random([steps, 1, size], using: &generator)
    let weight: Tensor = .random([size, size], using: &generator)
    let stateInput = builder.floats("state", state.shape)
    let sequenceInput = builder.floats("sequence", sequence.shape)
    let weightInput = builder.floats("weight", weight.shape)

    var body = GraphBuilder(name: "cell")
    let h = body.floats("h", [1, size])
    let x = body.floats("x", [1, size])
    let w = body.addInput(name: "w", type: nil)
    let product = try body.node(MatMulOp.self, [h, w])
    let sum = try body.node(AddOp.self, [product, x])
    let next = try body.node(TanhOp.self, [sum])
    body.setOutputs([next, next])
    let subgraph = Subgraph(graph: body.graph, formalInputCount: 2, captures: [weightInput])
    builder.setOutputs(
      try builder.nodes(
        ScanOp.self, [stateInput, sequenceInput],
        [Attribute("num_scan_inputs", 1), Attribute("body", .graph(subgraph))], outputs: 2))
    let outputs = try runBothWays(
      builder.graph, [.tensor(state), .tensor(sequence), .tensor(weight)], isStatic: true)

    var expected: [Double] = state.doubles
    var stacked: [Double] = []
    for step in 0..<steps {
      expected = (0..<size).map { column in
        var total: Double = sequence.doubles[step * size + column]
        for row in 0..<size { total += expected[row] * weight.doubles[row * size + column] }
        return tangent(total)
      }
      stacked += expected
    }
    let last = try #require(outputs[0].tensor)
    let all = try #require(outputs[1].tensor)
    expectClose(last, expected, shape: [1, size], steps: 32, scale: 1)
    expectClose(all, stacked, shape: [steps, 1, size], steps: 32, scale: 1)
  }

  @Test("Scan-8 scans every batch on its own")
  func batches() throws {
    var builder = GraphBuilder(name: "test")
    let state = builder.floats("state", [2, 1])
    let sequence = builder.floats("sequence", [2, 3, 1])
    builder.setOutputs(
      try builder.nodes(
        ScanOp.self, [nil, state, sequence],
        [Attribute("num_scan_inputs", 1), Attribute("body", .graph(try sumBody([1])))], outputs: 2,
        version: 8))
    let outputs = try runBothWays(
      builder.graph,
      [
        .tensor(Tensor([0, 100] as [Float], [2, 1])),
        .tensor(Tensor([1, 2, 3, 4, 5, 6] as [Float], [2, 3, 1])),
      ])
    #expect(outputs[0].tensor?.doubles == [6, 115])
    #expect(outputs[1].tensor?.doubles == [1, 3, 6, 104, 109, 115])
    #expect(outputs[1].tensor?.shape == [2, 3, 1])
  }

  @Test("A body with another number of inputs is refused by name")
  func refusesBody() throws {
    var builder = GraphBuilder(name: "test")
    let input = builder.floats("x", [3, 1])
    let body = try sumBody([1])
    #expect {
      try builder.nodes(
        ScanOp.self, [input], [Attribute("num_scan_inputs", 1), Attribute("body", .graph(body))],
        outputs: 1)
    } throws: { error in
      (error as? GraphError)?.code == .invalidAttribute && "\(error)".contains("found 2 and 2")
    }
  }
}

private func tangent(_ x: Double) -> Double {
  // tanh by its series of halvings: tanh(2y) = 2 tanh(y) / (1 + tanh(y)^2).
  if abs(x) < 1e-4 { return x - x * x * x / 3 }
  let half: Double = tangent(x / 2)
  return 2 * half / (1 + half * half)
}
