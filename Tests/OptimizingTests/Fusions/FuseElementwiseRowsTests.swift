import Graphs
import KernelInterface
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Functions of elements around a normalization of rows become one operator. Results are the same bits on
/// every kernel table: the kernels are.
@Suite struct FuseElementwiseRowsTests {
  private let fused = "ngraph::FusedNormalization"

  /// The graph after the stage that fuses, checked on every kernel table.
  private func optimizedRows(_ script: inout TestGraph, _ graph: Graph) throws -> Graph {
    let stages = OptimizationStage.machine.filter { $0.name == "elementwise" }
    let result = try optimized(&script, graph, tolerance: 0, stages: stages)
    let inputs = script.randomInputs()
    for kernels in KernelSelection.supported {
      let (expected, actual) = (
        try graph.run(inputs, kernels: kernels), try result.run(inputs, kernels: kernels)
      )
      for (a, b) in zip(expected, actual) { #expect(relativeDifference(a, b) == 0) }
    }
    return result
  }

  private enum Norm: CaseIterable {
    case layer, layerWithoutOffset, rms, offsetRMS, softmax
    case residualLayer, residualRMS
  }

  private func normalized(_ norm: Norm, _ x: ValueID, _ columns: Int, _ script: inout TestGraph) throws
    -> ValueID
  {
    let (gain, offset) = (script.constant([columns]), script.constant([columns]))
    switch norm {
    case .layer: return try script.add(LayerNormalizationOp.self, [], x, gain, offset)
    case .layerWithoutOffset: return try script.add(LayerNormalizationOp.self, [], x, gain)
    case .rms: return try script.add(RMSNormalizationOp.self, [], x, gain)
    case .offsetRMS: return try script.add(OffsetRMSNormalizationOp.self, [], x, gain, offset)
    case .softmax: return try script.add(SoftmaxOp.self, [], x)
    case .residualLayer:
      return try script.add(ResidualLayerNormalizationOp.self, [], x, script.input([columns]), gain, offset)
    case .residualRMS:
      return try script.add(ResidualRMSNormalizationOp.self, [], x, script.input([5, columns]), gain)
    }
  }

  @Test("Every normalization takes functions of elements before and after it", arguments: Norm.allCases)
  private func chain(norm: Norm) throws {
    for columns in [1, 7, 64, 700, 2000] {
      var script = TestGraph(.float32)
      let x = script.input([3, 5, columns])
      let scaled = try script.add(MulOp.self, [], x, script.constant([0.5], .scalar))
      let before = try script.add(AddOp.self, [], script.constant([columns]), scaled)
      let n = try normalized(norm, before, columns, &script)
      let sum = try script.add(AddOp.self, [], script.input([3, 5, columns]), n)
      let y = try script.add(SigmoidOp.self, [], sum)
      let graph = try script.graph(y)
      #expect(try optimizedRows(&script, graph).operators == [fused])
    }
  }

  @Test("An activation alone goes with the normalization before it")
  func activations() throws {
    for activation in [ReluOp.self, TanhOp.self, GeluOp.self, SigmoidOp.self] as [any OperatorDefinition.Type]
    {
      var script = TestGraph(.float32)
      let n = try normalized(.layer, script.input([9, 130]), 130, &script)
      let graph = try script.graph(try script.add(activation, [], n))
      #expect(try optimizedRows(&script, graph).operators == [fused])
    }
  }

  @Test(
    "Inputs that are broadcast along all of a row or none keep their places",
    arguments: [
      [1], [40], [3, 1], [3, 40], [5, 3, 1], [5, 1, 40], [2, 1, 1, 40], [2, 1, 3, 40], [1, 5, 1, 1],
      [2, 5, 3, 40],
    ] as [Shape])
  func broadcast(shape: Shape) throws {
    for isBefore in [false, true] {
      var script = TestGraph(.float32)
      let x = script.input([2, 5, 3, 40])
      let other = script.input(shape)
      let before = isBefore ? try script.add(AddOp.self, [], x, other) : x
      let n = try script.add(SoftmaxOp.self, [], before)
      let y = isBefore ? try script.add(ReluOp.self, [], n) : try script.add(SubOp.self, [], other, n)
      let graph = try script.graph(y)
      #expect(try optimizedRows(&script, graph).operators == [fused])
    }
  }

  @Test("Rows may be several axes; what is broadcast along one of them only stays outside")
  func severalAxes() throws {
    for (shape, isFused) in [
      ([6, 8], true), ([3, 1, 1], true), ([1, 1], true), ([6, 1], false), ([1, 8], false), ([8], false),
    ] as [(Shape, Bool)] {
      var script = TestGraph(.float32)
      let gain = script.constant([6, 8])
      let n = try script.add(
        LayerNormalizationOp.self, [Attribute("axis", -2)], script.input([4, 3, 6, 8]), gain)
      let y = try script.add(MulOp.self, [], n, script.input(shape))
      let graph = try script.graph(y)
      #expect(
        try optimizedRows(&script, graph).operators == (isFused ? [fused] : ["LayerNormalization", "Mul"]))
    }
  }

  @Test("A sum that is used again comes along as a second output")
  func keptSum() throws {
    for isOutput in [false, true] {
      var script = TestGraph(.float32)
      let x = script.input([6, 80])
      let biased = try script.add(AddOp.self, [], x, script.constant([80]))
      let both = try script.add(
        ResidualLayerNormalizationOp.self, [],
        inputs: [biased, script.input([6, 80]), script.constant([80])],
        outputCount: 2)
      let y = try script.add(GeluOp.self, [], both[0])
      let used = isOutput ? both[1] : try script.add(ExpOp.self, [], both[1])
      let graph = try script.graph(y, used)
      let result = try optimizedRows(&script, graph)
      #expect(result.operators == (isOutput ? [fused] : [fused, "Exp"]))
      #expect(result.nodes[0].outputs.count == 2)
    }
  }

  @Test("What is made of a sum can't go into the node that makes the sum")
  func dependsOnSum() throws {
    for isIndirect in [false, true] {
      var script = TestGraph(.float32)
      let both = try script.add(
        ResidualRMSNormalizationOp.self, [],
        inputs: [script.input([6, 80]), script.input([6, 80]), script.constant([80])], outputCount: 2)
      let other = isIndirect ? try script.add(CumSumOp.self, [], both[1], script.integers([1])) : both[1]
      let graph = try script.graph(try script.add(AddOp.self, [], both[0], other))
      let expected = ["ngraph::ResidualRMSNormalization"] + (isIndirect ? ["CumSum", "Add"] : ["Add"])
      #expect(try optimizedRows(&script, graph).operators == expected)
    }
  }

  @Test("Two normalizations stay two; the later one takes the other's rows")
  func twoNormalizations() throws {
    var script = TestGraph(.float32)
    let a = try normalized(.layer, script.input([4, 60]), 60, &script)
    let b = try normalized(.rms, script.input([4, 60]), 60, &script)
    let y = try script.add(TanhOp.self, [], try script.add(AddOp.self, [], a, b))
    let graph = try script.graph(y)
    #expect(try optimizedRows(&script, graph).operators == ["RMSNormalization", fused])
  }

  @Test("A row that is both a gain and an operand is two inputs; a gain that is computed stays computed")
  func parameters() throws {
    var script = TestGraph(.float32)
    let row = script.input([60])
    let n = try script.add(RMSNormalizationOp.self, [], script.input([4, 60]), row)
    let graph = try script.graph(try script.add(MulOp.self, [], n, row))
    let result = try optimizedRows(&script, graph)
    #expect(result.operators == [fused] && result.nodes[0].inputs.count == 3)

    var other = TestGraph(.float32)
    let gain = try other.add(ExpOp.self, [], other.input([60]))
    let m = try other.add(RMSNormalizationOp.self, [], other.input([60]), gain)
    let stays = try other.graph(m)
    #expect(try optimizedRows(&other, stays).operators == ["Exp", "RMSNormalization"])
  }

  @Test("Seven tensors are walked together besides gain and offset, not eight")
  func manyTensors() throws {
    for count in [6, 7] {
      var script = TestGraph(.float32)
      var value = try normalized(.layer, script.input([4, 60]), 60, &script)
      for _ in 0..<count { value = try script.add(AddOp.self, [], value, script.input([4, 60])) }
      let graph = try script.graph(value)
      #expect(try optimizedRows(&script, graph).operators == (count == 6 ? [fused] : [fused, "Add"]))
    }
  }

  @Test("Other types, long rows, statistics that are wanted, gains of many rows and other axes stay")
  func nearMisses() throws {
    func operators(
      _ type: ElementType = .float32, _ shape: Shape = [4, 60],
      _ make: (inout TestGraph, ValueID) throws -> [ValueID]
    ) throws -> [String] {
      var script = TestGraph(type)
      let x = script.input(shape)
      let values = try make(&script, x)
      let y = try script.add(TanhOp.self, [], values[0])
      script.setOutputs([y] + values.dropFirst())
      let graph = try script.inferred()
      let stages = OptimizationStage.machine.filter { $0.name == "elementwise" }
      return try optimized(&script, graph, tolerance: 0, stages: stages).operators
    }
    for type in [ElementType.float64, .float16] {
      #expect(
        try operators(type) { [try $0.add(RMSNormalizationOp.self, [], $1, $0.constant([60]))] } == [
          "RMSNormalization", "Tanh",
        ])
    }
    for length in [8192, 8193] {
      #expect(
        try operators(.float32, [2, length]) { [try $0.add(SoftmaxOp.self, [], $1)] }
          == (length == 8192 ? [fused] : ["Softmax", "Tanh"]))
    }
    #expect(
      try operators { script, x in
        try script.add(
          LayerNormalizationOp.self, [], inputs: [x, script.constant([60]), nil], outputCount: 3)
      } == ["LayerNormalization", "Tanh"])
    #expect(
      try operators { [try $0.add(RMSNormalizationOp.self, [], $1, $0.constant([4, 60]))] } == [
        "RMSNormalization", "Tanh",
      ])
    #expect(
      try operators { [try $0.add(SoftmaxOp.self, [Attribute("axis", 0)], $1)] } == ["Softmax", "Tanh"])
    #expect(
      try operators { script, x in
        let n = try script.add(SoftmaxOp.self, [], x)
        return [n, n]
      } == ["Softmax", "Tanh"])
  }

  @Test("A number of rows that only a run tells, and none at all, are no obstacle")
  func dynamic() throws {
    for batch in [0, 1, 5] {
      var script = TestGraph(.float32)
      let x = script.input([batch, 30], dimensions: [Dimension(symbol: "batch"), Dimension(30)])
      let n = try normalized(.layer, try script.add(ReluOp.self, [], x), 30, &script)
      let graph = try script.graph(try script.add(TanhOp.self, [], n))
      #expect(try optimizedRows(&script, graph).operators == [fused])
    }
  }
}
