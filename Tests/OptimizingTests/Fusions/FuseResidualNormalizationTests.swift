import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct FuseResidualNormalizationTests {
  @Test("A sum and its normalization are one step, also where the sum is used again or is an output")
  func sums() throws {
    for type in [ElementType.float32, .float64, .float16] {
      for isRootMeanSquare in [false, true] {
        for use in 0..<3 {
          var script = TestGraph(type)
          let (x, y) = (script.input([2, 3, 40]), script.input([2, 3, 40]))
          let sum = try script.add(AddOp.self, [], x, y)
          let n =
            isRootMeanSquare
            ? try script.add(RMSNormalizationOp.self, [], sum, script.constant([40]))
            : try script.add(LayerNormalizationOp.self, [], sum, script.constant([40]), script.constant([40]))
          let used = use == 1 ? try script.add(SigmoidOp.self, [], sum) : sum
          let graph = use == 0 ? try script.graph(n) : try script.graph(n, used)
          let tolerance: Double = type == .float64 ? 1e-12 : type == .float32 ? 1e-6 : 2e-3
          let result = try optimized(&script, graph, tolerance: tolerance)
          let name = isRootMeanSquare ? "ResidualRMSNormalization" : "ResidualLayerNormalization"
          #expect(result.histogram["ngraph::\(name)"] == 1 && result.histogram["Add"] == nil)
          #expect(result.nodes.first?.outputs.count == 2)
          #expect((result.nodes.first?.outputs[1] == nil) == (use == 0))
        }
      }
    }
  }

  @Test("An operand that repeats for each image is taken as it is, on either side, of any rank")
  func repeatedOperand() throws {
    for shape in [[1, 3, 40], [3, 40], [2, 1, 40]] as [Shape] {
      for isFirst in [false, true] {
        var script = TestGraph(.float32)
        let (x, y) = (script.input([2, 3, 40]), script.input(shape))
        let sum = isFirst ? try script.add(AddOp.self, [], y, x) : try script.add(AddOp.self, [], x, y)
        let n = try script.add(LayerNormalizationOp.self, [], sum, script.constant([40]))
        let graph = try script.graph(n, sum)
        let counts = try optimized(&script, graph, tolerance: 1e-6).histogram
        // [2, 1, 40] repeats inside of each image.
        #expect(counts["ngraph::ResidualLayerNormalization"] == (shape == [2, 1, 40] ? nil : 1))
      }
    }
  }

  @Test("Two normalizations of one sum: one takes the sum along, the other reads it")
  func twoNormalizations() throws {
    var script = TestGraph()
    let (x, y) = (script.input([4, 8]), script.input([4, 8]))
    let sum = try script.add(AddOp.self, [], x, y)
    let a = try script.add(LayerNormalizationOp.self, [], sum, script.constant([8]))
    let b = try script.add(
      LayerNormalizationOp.self, [Attribute("epsilon", Float(0.5))], sum, script.constant([8]))
    let graph = try script.graph(a, b)
    #expect(
      try optimized(&script, graph).histogram == [
        "ngraph::ResidualLayerNormalization": 1, "LayerNormalization": 1,
      ])
  }

  @Test("The bias of a product stays with the product, and a sum that both operands broadcast stays")
  func nearMisses() throws {
    var script = TestGraph()
    let x = script.input([2, 4, 8])
    let product = try script.add(MatMulOp.self, [], x, script.constant([8, 8]))
    let sum = try script.add(AddOp.self, [], product, script.constant([8]))
    let n = try script.add(LayerNormalizationOp.self, [], sum, script.constant([8]))
    // The sum is an output, so that its bias stays and its mean is seen.
    let graph = try script.graph(n, sum)
    #expect(try optimized(&script, graph).operators == ["MatMul", "Add", "LayerNormalization"])

    var other = TestGraph()
    let outer = try other.add(AddOp.self, [], other.input([4, 1]), other.input([1, 8]))
    let m = try other.add(LayerNormalizationOp.self, [], outer, other.constant([8]))
    let stays = try other.graph(m)
    #expect(try optimized(&other, stays).operators == ["Add", "LayerNormalization"])
  }

  @Test("Without operators of our own the sum and the normalization stay two")
  func standardOnly() throws {
    var script = TestGraph()
    let (x, y) = (script.input([4, 8]), script.input([4, 8]))
    let sum = try script.add(AddOp.self, [], x, y)
    let n = try script.add(LayerNormalizationOp.self, [], sum, script.constant([8]))
    let graph = try script.graph(n)
    #expect(
      try optimized(&script, graph, standardOnly: true).operators == ["Add", "LayerNormalization"])
  }

  @Test("The offset that centering leaves goes into the normalization of the sum")
  func offsetOfSum() throws {
    var script = TestGraph()
    let x = script.input([4, 6])
    let a = try script.add(GemmOp.self, [], x, script.constant([6, 8]), script.constant([8]))
    let b = try script.add(GemmOp.self, [], x, script.constant([6, 8]), script.constant([8]))
    let sum = try script.add(AddOp.self, [], a, b)
    let n = try script.add(LayerNormalizationOp.self, [], sum, script.constant([8]), script.constant([8]))
    let graph = try script.graph(try script.add(SigmoidOp.self, [], n))
    let result = try optimized(&script, graph)
    #expect(result.operators == ["Gemm", "Gemm", "ngraph::ResidualRMSNormalization", "Sigmoid"])
    #expect(result.nodes[2].inputs.count == 4)
  }

  @Test("An offset goes into an RMSNormalization, unless others see what is before it, or it is no row")
  func offsets() throws {
    for form in 0..<3 {
      var script = TestGraph()
      let x = script.input([4, 8])
      let n = try script.add(RMSNormalizationOp.self, [], x, script.constant([8]))
      let y = try script.add(AddOp.self, [], n, script.constant(form == 2 ? [4, 1] : [8]))
      let z = try script.add(SigmoidOp.self, [], y)
      let graph = form == 1 ? try script.graph(z, n) : try script.graph(z)
      #expect(
        try optimized(&script, graph).operators
          == (form == 0
            ? ["ngraph::OffsetRMSNormalization", "Sigmoid"] : ["RMSNormalization", "Add", "Sigmoid"]))
    }
  }
}
