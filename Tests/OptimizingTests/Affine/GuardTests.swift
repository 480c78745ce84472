import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// What keeps a map from being folded although the algebra would allow it.
@Suite struct GuardTests {
  @Test("A map that would overflow the type of the weights stays; one that doesn't goes")
  func overflow() throws {
    for (gain, remaining) in [(Double(4000), ["Gemm", "Mul"]), (200, ["Gemm"])] {
      var script = TestGraph(.float16)
      let w = script.constant([100, 1, 20, 0.5], [2, 2])
      let y = try script.add(GemmOp.self, [], script.input([1, 2]), w)
      let graph = try script.graph(try script.add(MulOp.self, [], y, script.constant([gain, 1], [2])))
      var report = OptimizationReport()
      let result = try Optimizer(kernels: KernelSelection.best).optimize(graph, report: &report)
      #expect(result.operators == remaining)
    }
  }

  @Test("A normalization whose numbers are none stays")
  func notFinite() throws {
    var script = TestGraph()
    let y = try script.add(ConvOp.self, [], script.input([1, 2, 3, 3]), script.constant([2, 2, 1, 1]))
    let z = try script.add(
      BatchNormalizationOp.self, [Attribute("epsilon", Float(0))], y, script.constant([2]),
      script.constant([2]),
      script.constant([2]), script.constant([1, 0], [2]))
    let graph = try script.graph(z)
    var report = OptimizationReport()
    let result = try Optimizer(kernels: KernelSelection.best).optimize(graph, report: &report)
    #expect(result.operators == ["Conv", "BatchNormalization"])
  }

  @Test("A shift stays before two bounds that are small against it; one like them goes")
  func drowned() throws {
    for (shift, stays) in [(Double(300), true), (2, false)] {
      var script = TestGraph(.float16)
      let x = script.input([1, 2, 3, 3])
      let y = try script.add(AddOp.self, [], x, script.constant([shift], [1]))
      let z = try script.add(ClipOp.self, [], y, script.constant([-0.5], []), script.constant([1.5], []))
      let graph = try script.graph(try script.add(ConvOp.self, [], z, script.constant([2, 2, 1, 1])))
      let result = try optimized(&script, graph, tolerance: 2e-3)
      #expect(result.operators == (stays ? ["Add", "Clip", "Conv"] : ["Clip", "Conv"]))
    }
  }

  @Test("Folded weights that would be subnormal become zero")
  func subnormal() throws {
    var script = TestGraph(.float32)
    let y = try script.add(
      GemmOp.self, [], script.input([1, 2]), script.constant([1e-20, 1, 1, 1e-20], [2, 2]))
    let graph = try script.graph(try script.add(MulOp.self, [], y, script.constant([1e-20, 1e-20], [2])))
    let result = try optimized(&script, graph, tolerance: 1e-5)
    #expect(result.operators == ["Gemm"])
    #expect(result[result.nodes[0].inputs[1]!].constant!.doubles[0] == 0)
  }

  @Test("Constants that must be kept take no map, in whichever part of it they are")
  func kept() throws {
    for name in ["weight", "bias", "gain"] {
      var script = TestGraph()
      let x = script.input([1, 3, 4, 4])
      let (w, b, gain) = (script.constant([4, 3, 1, 1]), script.constant([4]), script.constant([4, 1, 1]))
      for (value, known) in [(w, "weight"), (b, "bias"), (gain, "gain")] { script.rename(value, known) }
      let y = try script.add(ConvOp.self, [], x, w, b)
      let graph = try script.graph(try script.add(MulOp.self, [], y, gain))
      var report = OptimizationReport()
      let result = try Optimizer(kernels: KernelSelection.best, kept: [name]).optimize(graph, report: &report)
      #expect(result.operators == ["Conv", "Mul"], "\(name)")
    }
  }

  @Test("Weights that two layers share are changed for the one alone that has the map")
  func sharedWeights() throws {
    var script = TestGraph()
    let x = script.input([1, 4, 4, 4])
    let (w, b) = (script.constant([4, 4, 1, 1]), script.constant([4]))
    let y = try script.batchNormalization(try script.add(ConvOp.self, [], x, w, b), 4)
    let z = try script.add(ConvOp.self, [], try script.add(TanhOp.self, [], y), w, b)
    let graph = try script.graph(z)
    let result = try optimized(&script, graph)
    #expect(result.operators == ["Conv", "Tanh", "Conv"])
    #expect(result[result.nodes[2].inputs[1]!].constant!.doubles == graph[w].constant!.doubles)
  }

  @Test("A map of a value that several layers read goes into each, where each can take it")
  func severalReaders() throws {
    for isBlocked in [false, true] {
      var script = TestGraph()
      let y = try script.batchNormalization(script.input([1, 3, 4, 4]), 3)
      let a = try script.add(ConvOp.self, [], y, script.constant([4, 3, 2, 2]))
      let b = try script.add(ConvOp.self, [], y, script.constant([2, 3, 1, 1]))
      let c = try script.add(isBlocked ? TanhOp.self : IdentityOp.self, [], y)
      let d = try script.add(ConvOp.self, [], c, script.constant([2, 3, 1, 1]))
      let graph = try script.graph(a, b, d)
      let histogram: [String: Int] = try optimized(&script, graph).histogram
      #expect(histogram == (isBlocked ? ["BatchNormalization": 1, "Conv": 3, "Tanh": 1] : ["Conv": 3]))
    }
  }

  @Test("Terms of a Sum all take its scale, and one of them its shift")
  func sumOfMany() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 4, 4])
    var terms: [ValueID] = []
    for _ in 0..<3 { terms.append(try script.add(ConvOp.self, [], x, script.constant([4, 3, 1, 1]))) }
    let y = try script.add(SumOp.self, [], inputs: terms, outputCount: 1)[0]
    let graph = try script.graph(try script.batchNormalization(y, 4))
    #expect(try optimized(&script, graph).operators == ["Conv", "Conv", "Conv", "Sum"])
  }
}
