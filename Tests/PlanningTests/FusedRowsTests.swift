import Execution
import Graphs
import KernelSelection
import Operators
import Optimizing
import Planning
import Tensors
import TestSupport
import Testing

/// Functions of elements around normalizations as a plan runs them: the same bits on any number of threads, and
/// parts of rows read where they lie.
@Suite struct FusedRowsTests {
  private func fused(_ graph: Graph) throws -> Graph {
    var report = OptimizationReport()
    let stages = OptimizationStage.machine.filter { $0.name == "elementwise" }
    return try Optimizer(kernels: KernelSelection.best, stages: stages).optimize(graph, report: &report)
  }

  @Test("Any number of threads gives the bits that node by node gives, with the sum beside")
  func threads() throws {
    for shape in [[300, 130], [7, 3000], [2, 8192]] as [Shape] {
      var script = TestGraph(.float32)
      let columns: Int = shape[1]
      let x = try script.add(AddOp.self, [], script.input(shape), script.constant([columns]))
      let both = try script.add(
        ResidualLayerNormalizationOp.self, [],
        inputs: [x, script.input(shape), script.constant([columns]), script.constant([columns])],
        outputCount: 2)
      let sum = try script.add(AddOp.self, [], both[0], script.input([shape[0], 1]))
      let graph = try script.graph(try script.add(TanhOp.self, [], sum), both[1])
      let result: Graph = try fused(graph)
      #expect(result.operators == ["ngraph::FusedNormalization"])
      let inputs: [Value] = script.randomInputs().compactMap { $0 }
      let expected: [Tensor] = try graph.run(inputs.map { Optional($0) })
      for threads in [1, 2, 5] {
        let session = Session(
          result, kernels: KernelSelection.best, runner: ThreadPool(threadCount: threads))
        for _ in 0..<2 {
          for (a, b) in zip(expected, try session.run(inputs)) {
            #expect(relativeDifference(a, try #require(b.tensor)) == 0)
          }
        }
      }
    }
  }

  @Test("Parts of rows are read in place: by functions of one and two operands, and by normalizations")
  func parts() throws {
    for form in 0..<4 {
      var script = TestGraph(.float32)
      let whole = try script.add(MatMulOp.self, [], script.input([6, 10]), script.constant([10, 600]))
      let halves: [ValueID] = try script.addSplit(whole, lengths: [300, 300], axis: -1)
      let first: ValueID =
        switch form {
        case 0: try script.add(TanhOp.self, [], try script.add(SigmoidOp.self, [], halves[0]))
        case 1: try script.add(ReluOp.self, [], try script.add(SubOp.self, [], halves[0], halves[1]))
        case 2:
          try script.add(
            TanhOp.self, [],
            try script.add(LayerNormalizationOp.self, [], halves[0], script.constant([300])))
        default: try script.add(TanhOp.self, [], try script.add(SoftmaxOp.self, [], halves[0]))
        }
      let second = try script.add(ExpOp.self, [], try script.add(NegOp.self, [], halves[1]))
      let graph = try script.graph(
        try script.add(MatMulOp.self, [], first, script.constant([300, 4])), second)
      let result: Graph = try fused(graph)
      let session = Session(result, kernels: KernelSelection.best, runner: SerialRunner.shared)
      let inputs: [Value] = script.randomInputs().compactMap { $0 }
      for (a, b) in zip(try graph.run(inputs.map { Optional($0) }), try session.run(inputs)) {
        #expect(relativeDifference(a, try #require(b.tensor)) <= 1e-6)
      }
      let plan: Plan = try session.plan(inputs)
      let split = try #require(plan.graph.nodes.first { $0.op is SplitOp })
      let places: [Int?] = split.outputs.map { output in
        guard let output, case .arena(let offset) = plan.locations[output.index] else { return nil }
        return offset
      }
      // Halves of one row are 1200 bytes apart; the kernel of Softmax needs them copied.
      let areParts: Bool = places[0].flatMap { first in places[1].map { $0 - first == 1200 } } ?? false
      #expect(areParts == (form != 3))
    }
  }
}
