import Graphs
import KernelSelection
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct SequenceMapTests {
  private func graph() throws -> Graph {
    var body = GraphBuilder(name: "body")
    let x = body.addInput(name: "x", type: nil)
    let y = body.addInput(name: "y", type: nil)
    body.setOutputs([try body.node(AddOp.self, [x, y])])
    let subgraph = Subgraph(graph: body.graph, formalInputCount: 2, captures: [])
    var builder = GraphBuilder(name: "test")
    let sequence = builder.addInput(name: "sequence", type: .sequence(.tensor(.float32, nil)))
    let other = builder.addInput(name: "other", type: nil)
    builder.setOutputs(
      try builder.nodes(
        SequenceMapOp.self, [sequence, other], [Attribute("body", .graph(subgraph))], outputs: 1))
    return builder.graph
  }

  private let sequence = Value.sequence([
    .tensor(Tensor([1] as [Float])), .tensor(Tensor([2, 3] as [Float])),
  ])

  private func run(_ other: Value) throws -> [[Double]] {
    let results = try GraphInterpreter(kernels: KernelSelection.best).run(graph(), inputs: [sequence, other])
    guard case .sequence(let elements)? = results[0] else { return [] }
    return elements.map { $0.tensor?.doubles ?? [] }
  }

  @Test("A tensor beside the sequence is given to every element")
  func tensor() throws {
    #expect(try run(.tensor(Tensor(scalar: Float(10)))) == [[11], [12, 13]])
  }

  @Test("A second sequence is taken element by element")
  func sequences() throws {
    let other = Value.sequence([.tensor(Tensor(scalar: Float(1))), .tensor(Tensor(scalar: Float(2)))])
    #expect(try run(other) == [[2], [4, 5]])
  }

  @Test("Sequences of different lengths are refused")
  func lengths() throws {
    #expect(throws: ExecutionError.self) { try run(.sequence([])) }
  }
}
