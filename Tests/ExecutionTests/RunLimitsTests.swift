import Execution
import Graphs
import KernelSelection
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct RunLimitsTests {
  private func graph() throws -> (Graph, [Value]) {
    var script = TestGraph(.float32)
    let x = script.input([64, 64])
    let y = try script.add(SigmoidOp.self, [], try script.add(TanhOp.self, [], x))
    let graph = try script.graph(y)
    return (graph, script.randomInputs().compactMap { $0 })
  }

  @Test("A run that would need more than the memory limit is refused, outputs counted")
  func memory() throws {
    let (graph, inputs) = try graph()
    let kernels = KernelSelection.best
    let small = Session(graph, kernels: kernels, runner: SerialRunner.shared, memoryLimit: 64 * 64 * 4 - 1)
    #expect(throws: ExecutionError.self) { try small.run(inputs) }
    let large = Session(graph, kernels: kernels, runner: SerialRunner.shared, memoryLimit: 1 << 20)
    #expect(try large.run(inputs).count == 1)
  }

  @Test("A run does not start a step after its deadline")
  func deadline() throws {
    let (graph, inputs) = try graph()
    let session = Session(graph, kernels: KernelSelection.best, runner: SerialRunner.shared)
    let error = #expect(throws: ExecutionError.self) { try session.run(inputs, deadline: 1) }
    #expect(error?.code == .timeLimit)
    #expect(try session.run(inputs, deadline: .max).count == 1)
  }

  @Test("More signatures than are kept, in turn, give the right results")
  func manySignatures() throws {
    var script = TestGraph(.float32)
    let x = script.input([1, 4], dimensions: [Dimension(symbol: "n"), 4])
    let y = try script.add(AddOp.self, [], x, x)
    let session = Session(try script.graph(y), kernels: KernelSelection.best, runner: SerialRunner.shared)
    for round in 0..<2 {
      for rows in 1...80 {
        let input = Tensor([Float](repeating: Float(rows + round), count: rows * 4), [rows, 4])
        let result = try session.run([.tensor(input)])[0].tensor
        #expect(result?.shape == [rows, 4])
        #expect(result?.doubles.allSatisfy { $0 == Double(2 * (rows + round)) } == true)
      }
    }
  }
}
