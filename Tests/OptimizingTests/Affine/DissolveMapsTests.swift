import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct DissolveMapsTests {
  @Test("A scale and shift after a Gemm goes into B and C, whatever alpha, beta, transposition and C's shape")
  func gemmBefore() throws {
    for transposes in [false, true] {
      for shape in [nil, [], [5], [1, 5], [3, 1], [3, 5]] as [Shape?] {
        var script = TestGraph()
        let x = script.input([3, 4])
        let w = script.constant(transposes ? [5, 4] : [4, 5])
        let c = shape.map { script.constant($0) }
        let y = try script.add(
          GemmOp.self,
          [Attribute("alpha", Float(0.5)), Attribute("beta", Float(2)), Attribute("transB", transposes)],
          x, w, c)
        let scaled = try script.add(MulOp.self, [], y, script.constant([5], in: -2...2))
        let z = try script.add(AddOp.self, [], script.constant([1, 5]), scaled)
        let graph = try script.graph(z)
        #expect(try optimized(&script, graph).operators == ["Gemm"])
      }
    }
  }

  @Test("A scale along another axis than a Gemm's columns stays, though the extents are equal")
  func gemmOtherAxis() throws {
    var script = TestGraph()
    let x = script.input([5, 4])
    let y = try script.add(GemmOp.self, [], x, script.constant([4, 5]))
    let z = try script.add(MulOp.self, [], y, script.constant([5, 1]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Gemm", "Mul"])
  }

  @Test("A map before a Gemm goes into the rows of B and into C")
  func gemmAfter() throws {
    for transposesA in [false, true] {
      var script = TestGraph()
      let x = script.input(transposesA ? [4, 3] : [3, 4])
      let axisShape: Shape = transposesA ? [4, 1] : [4]
      let scaled = try script.add(MulOp.self, [], x, script.constant(axisShape))
      let shifted = try script.add(SubOp.self, [], script.constant(axisShape), scaled)
      let y = try script.add(
        GemmOp.self, [Attribute("alpha", Float(0.5)), Attribute("transA", transposesA)], shifted,
        script.constant([4, 5]))
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == ["Gemm"])
    }
  }

  @Test("A positive scale crosses a Relu between two layers, and the shift before it stays")
  func throughRelu() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let scaled = try script.add(MulOp.self, [], x, script.constant([4], in: 0.5...2))
    let shifted = try script.add(AddOp.self, [], scaled, script.constant([4]))
    let relu = try script.add(ReluOp.self, [], shifted)
    let y = try script.add(GemmOp.self, [], relu, script.constant([4, 5]))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Add", "Relu", "Gemm"])
  }

  @Test("A negative scale does not cross a Relu")
  func negativeScaleStays() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let scaled = try script.add(MulOp.self, [], x, script.constant([4], in: -2...(-0.5)))
    let relu = try script.add(ReluOp.self, [], scaled)
    let y = try script.add(GemmOp.self, [], relu, script.constant([4, 5]))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Mul", "Relu", "Gemm"])
  }

  @Test("A map of a joined value is divided among the layers that were joined")
  func throughConcat() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let a = try script.add(MatMulOp.self, [], x, script.constant([4, 2]))
    let b = try script.add(MatMulOp.self, [], x, script.constant([4, 3]))
    let joined = try script.add(ConcatOp.self, [Attribute("axis", -1)], a, b)
    let scaled = try script.add(MulOp.self, [], joined, script.constant([5]))
    let z = try script.add(AddOp.self, [], scaled, script.constant([5]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Gemm", "Gemm", "Concat"])
  }

  @Test("A map of a value with other users, or that is an output, stays")
  func otherUsers() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let y = try script.add(GemmOp.self, [], x, script.constant([4, 5]))
    let z = try script.add(MulOp.self, [], y, script.constant([5]))
    let graph = try script.graph(y, z)
    #expect(try optimized(&script, graph).operators == ["Gemm", "Mul"])
  }

  @Test("A map crosses a flattening: its numbers are repeated for each element of a channel")
  func throughFlatten() throws {
    var script = TestGraph()
    let x = script.input([2, 3, 2, 2], dimensions: [Dimension(symbol: "n"), 3, 2, 2])
    let scaled = try script.add(MulOp.self, [], x, script.constant([3, 1, 1]))
    let shifted = try script.add(AddOp.self, [], scaled, script.constant([3, 1, 1]))
    let flat = try script.add(FlattenOp.self, [], shifted)
    let y = try script.add(GemmOp.self, [], flat, script.constant([12, 5]))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Flatten", "Gemm"])
  }

  @Test("Both producers of a sum take its scale, and one of them its shift")
  func residual() throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let a = try script.add(GemmOp.self, [], x, script.constant([4, 5]))
    let b = try script.add(GemmOp.self, [], x, script.constant([4, 5]))
    let sum = try script.add(AddOp.self, [], a, b)
    let scaled = try script.add(MulOp.self, [], sum, script.constant([5]))
    let z = try script.add(AddOp.self, [], scaled, script.constant([5]))
    let graph = try script.graph(z)
    #expect(try optimized(&script, graph).operators == ["Gemm", "Gemm", "Add"])
  }

  @Test("Weights folded twice are rounded once: at most half a unit in the last place of float32")
  func roundedOnce() throws {
    var script = TestGraph(.float32, seed: 3)
    let x = script.input([1, 64])
    let w = script.constant([64, 64])
    let (a, b) = (script.constant([64], in: 0.1...3), script.constant([64], in: 0.1...3))
    let scaled = try script.add(MulOp.self, [], x, a)
    let y = try script.add(MatMulOp.self, [], scaled, w)
    let z = try script.add(MulOp.self, [], y, b)
    let graph = try script.graph(z)
    let result = try optimized(&script, graph, tolerance: 1e-5)
    #expect(result.operators == ["MatMul"])
    let folded: [Float] = result[result.nodes[0].inputs[1]!].constant!.elements(Float.self)
    let (wv, av, bv) = (graph[w].constant!.doubles, graph[a].constant!.doubles, graph[b].constant!.doubles)
    for row in 0..<64 {
      for column in 0..<64 {
        let exact: Double = av[row] * wv[row * 64 + column] * bv[column]
        #expect(Float(exact) == folded[row * 64 + column])
      }
    }
  }
}
