import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// What products take over from the nodes behind them. Graphs are compared in float64 with what they were.
@Suite struct FuseEpilogueTests {
  private func fused(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    try optimized(
      &script, graph, tolerance: 1e-11, stages: OptimizationStage.machine.filter { $0.name == "products" })
  }

  @Test("A convolution takes over the residual and the activation behind it")
  func convolution() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 5, 5])
    let r = script.input([2, 4, 5, 5])
    let y = try script.add(
      ConvOp.self, [Attribute("pads", [1, 1, 1, 1])], x, script.constant([4, 3, 3, 3]), script.constant([4]))
    let sum = try script.add(AddOp.self, [], r, y)
    let z = try script.add(ReluOp.self, [], sum)
    let graph = try script.graph(z)
    #expect(try fused(&script, graph).operators == ["ngraph::FusedConv"])
  }

  @Test("A transposed convolution takes over what is behind it")
  func transposedConvolution() throws {
    var script = TestGraph()
    let x = script.input([1, 2, 4, 4])
    let r = script.input([1, 3, 5, 5])
    let y = try script.add(ConvTransposeOp.self, [], x, script.constant([2, 3, 2, 2]), script.constant([3]))
    let z = try script.add(TanhOp.self, [], try script.add(AddOp.self, [], y, r))
    let graph = try script.graph(z)
    #expect(try fused(&script, graph).operators == ["ngraph::FusedConvTranspose"])
  }

  @Test("A matrix product takes over a row of biases, a residual and an activation")
  func matrixProduct() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 4])
    let r = script.input([2, 3, 5])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
    let biased = try script.add(AddOp.self, [], script.constant([1, 1, 5]), y)
    let z = try script.add(GeluOp.self, [], try script.add(AddOp.self, [], biased, r))
    let graph = try script.graph(z)
    #expect(try fused(&script, graph).operators == ["ngraph::FusedMatMul"])
  }

  @Test("Gemm without C takes a bias; Gemm with a row C takes a residual, with a matrix C none")
  func gemm() throws {
    for (shape, expected) in [
      (nil, ["ngraph::FusedGemm"]), ([5], ["ngraph::FusedGemm"]), ([3, 5], ["Gemm", "Add"]),
      ([3, 1], ["Gemm", "Add"]),
    ] as [(Shape?, [String])] {
      var script = TestGraph()
      let x = script.input([3, 4])
      let r = script.input([3, 5])
      let y = try script.add(GemmOp.self, [], x, script.constant([4, 5]), shape.map { script.constant($0) })
      let biased = shape == nil ? try script.add(AddOp.self, [], y, script.constant([5])) : y
      let z = try script.add(AddOp.self, [], biased, r)
      let graph = try script.graph(z)
      #expect(try fused(&script, graph).operators == expected)
    }
  }

  @Test("Every activation that kernels know is taken over")
  func activations() throws {
    let all: [(any OperatorDefinition.Type, [Attribute])] = [
      (ReluOp.self, []), (LeakyReluOp.self, [Attribute("alpha", Float(0.25))]), (SigmoidOp.self, []),
      (TanhOp.self, []), (GeluOp.self, []), (GeluOp.self, [Attribute("approximate", "tanh")]),
      (SwishOp.self, [Attribute("alpha", Float(0.5))]),
      (HardSigmoidOp.self, [Attribute("alpha", Float(0.25)), Attribute("beta", Float(0.5))]),
      (HardSwishOp.self, []), (EluOp.self, [Attribute("alpha", Float(0.5))]), (SoftplusOp.self, []),
      (MishOp.self, []),
    ]
    for (type, attributes) in all {
      var script = TestGraph()
      let x = script.input([3, 4])
      let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
      let z = try script.add(type, attributes, y)
      let graph = try script.graph(z)
      #expect(try fused(&script, graph).operators == ["ngraph::FusedMatMul"], "\(type)")
    }
  }

  @Test("Clip is taken over by its bounds, one of which may be missing; unknown bounds stay")
  func clips() throws {
    for bounds in [(-0.5, 0.5), (nil, 0.25), (0, nil)] as [(Double?, Double?)] {
      var script = TestGraph()
      let x = script.input([3, 4])
      let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
      let z = try script.add(
        ClipOp.self, [], y, bounds.0.map { script.constant([$0], []) },
        bounds.1.map { script.constant([$0], []) })
      let graph = try script.graph(z)
      #expect(try fused(&script, graph).operators == ["ngraph::FusedMatMul"])
    }
    var script = TestGraph()
    let x = script.input([3, 4])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
    let z = try script.add(ClipOp.self, [], y, script.input([]))
    let graph = try script.graph(z)
    #expect(try fused(&script, graph).operators == ["MatMul", "Clip"])
  }

  @Test("A sum that is used elsewhere, or is an output, is not taken over")
  func usedElsewhere() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let y = try script.add(MatMulOp.self, [], x, script.constant([4, 5]))
    let z = try script.add(ReluOp.self, [], y)
    let graph = try script.graph(z, y)
    #expect(try fused(&script, graph).operators == ["MatMul", "Relu"])
    var twice = TestGraph()
    let a = twice.input([3, 4])
    let b = try twice.add(MatMulOp.self, [], a, twice.constant([4, 5]))
    let c = try twice.add(MaxOp.self, [], try twice.add(ReluOp.self, [], b), b)
    let other = try twice.graph(c)
    #expect(try fused(&twice, other).operators == ["MatMul", "Relu", "Max"])
  }

  @Test("A residual of another shape and a product plus itself stay sums")
  func broadcastResidual() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 4, 4])
    let r = script.input([1, 1, 4, 4])
    let y = try script.add(ConvOp.self, [], x, script.constant([2, 3, 1, 1]))
    let z = try script.add(AddOp.self, [], y, r)
    let doubled = try script.add(AddOp.self, [], z, z)
    let graph = try script.graph(doubled)
    #expect(try fused(&script, graph).operators == ["Conv", "Add", "Add"])
  }

  @Test("Of two products that are added, the later takes the sum; an activation stops further sums")
  func twoProducts() throws {
    var script = TestGraph()
    let x = script.input([1, 3, 4, 4])
    let a = try script.add(ConvOp.self, [], x, script.constant([2, 3, 1, 1]))
    let plain = try script.add(ConvOp.self, [], x, script.constant([2, 3, 1, 1]))
    let b = try script.add(ReluOp.self, [], plain)
    let c = try script.add(ConvOp.self, [], x, script.constant([2, 3, 1, 1]))
    let z = try script.add(AddOp.self, [], try script.add(AddOp.self, [], a, c), b)
    let graph = try script.graph(z)
    let result = try fused(&script, graph)
    #expect(result.histogram == ["Conv": 1, "ngraph::FusedConv": 2, "Add": 1])
  }

  @Test("Integer products are left as they are")
  func integers() throws {
    var builder = GraphBuilder(name: "test")
    let a = builder.addInput(name: "a", type: .tensor(.int32, [2, 3]))
    let b = builder.addInput(name: "b", type: .tensor(.int32, [3, 2]))
    let y = try builder.add(MatMulOp.self, inputs: [a, b])[0]
    builder.setOutputs(try builder.add(ReluOp.self, inputs: [y]))
    var report = OptimizationReport()
    let graph = try GraphInference(kernels: KernelSelection.best).infer(builder.graph)
    let optimizer = Optimizer(kernels: KernelSelection.best, stages: OptimizationStage.machine)
    let result = try optimizer.optimize(graph, report: &report)
    #expect(result.operators == ["MatMul", "Relu"])
  }
}
