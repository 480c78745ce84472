import Graphs
import KernelSelection
import Operators
import Optimizing
import Tensors
import TestSupport
import Testing

/// Random stacks of what transformers and normalized convolutions are made of, spelled out or not: optimized,
/// with and without operators of our own, they give what they gave.
@Suite struct RandomBlocksTests {
  private static let count: Int = 1500

  @Test("Optimizing a random stack of normalizations, residuals and activations changes no output")
  func equality() throws {
    var rewrites: [String: Int] = [:]
    for seed in 0..<Self.count {
      var stack = try RandomStack(seed: UInt64(seed) &+ 7_000_000)
      let graph: Graph = try stack.graph()
      for stages in [OptimizationStage.session, OptimizationStage.stages(level: 3, standardOnly: true)] {
        var report = OptimizationReport()
        let result: Graph = try Optimizer(kernels: KernelSelection.best, stages: stages)
          .optimize(graph, report: &report)
        for (rule, count) in report.counts { rewrites[rule, default: 0] += count }
        let inputs: [Value?] = stack.script.randomInputs()
        for (a, b) in zip(try graph.run(inputs), try result.run(inputs)) {
          let difference: Double = relativeDifference(a, b)
          guard difference <= 1e-8 else {
            Issue.record(
              "seed \(seed) differs by \(difference) after \(report.counts)\n\(graph.operators)\n\(result.operators)"
            )
            return
          }
        }
      }
    }
    let names: [any RewriteRule.Type] = [
      FuseLayerNormalization.self, FuseRMSNormalization.self, FuseInstanceNormalization.self, FuseGelu.self,
      FuseSwish.self, FuseSoftmax.self, FuseAttention.self, FuseResidualNormalization.self,
      FuseNormalizationOffset.self, HoistCentering.self, DissolveTails.self, EliminateDeadBias.self,
      MergeReshapes.self, FoldPad.self,
    ]
    for rule in names { #expect(rewrites[rule.name, default: 0] > 0, "\(rule.name) never fired") }
  }
}

/// One random graph, over a sequence [2, 4, width] or an image [2, channels, 5, 4].
private struct RandomStack {
  var script: TestGraph
  private var value: ValueID
  private var width: Int
  private var outputs: [ValueID] = []
  /// A power of two, so that it is a float32 whatever power of two it is divided by.
  private static let epsilon: Double = 0x1p-7

  init(seed: UInt64) throws {
    script = TestGraph(seed: seed)
    width = 4
    value = script.input([2, 4, 4], dimensions: [Dimension(symbol: "n"), 4, 4])
    let isImage: Bool = pick(3) == 0
    if isImage { value = script.input([2, 4, 5, 4], dimensions: [Dimension(symbol: "n"), 4, 5, 4]) }
    for _ in 0..<2 + pick(5) { try isImage ? imageStep() : rowStep() }
  }

  mutating func graph() throws -> Graph {
    script.setOutputs(outputs + [value])
    return try script.inferred()
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &script.generator) }

  private mutating func scalar(_ number: Double) -> ValueID { script.constant([number], []) }

  private mutating func spelling(_ axes: [Int], subtractsMean: Bool = true) -> NormalizationSpelling {
    var spelling = NormalizationSpelling()
    spelling.axes = axes
    spelling.subtractsMean = subtractsMean
    spelling.epsilon = Self.epsilon
    spelling.quotient = NormalizationSpelling.Quotient.allCases[pick(6)]
    spelling.square = NormalizationSpelling.Square.allCases[pick(3)]
    spelling.swapsOperands = pick(2) == 0
    spelling.axesAreInput = pick(2) == 0
    return spelling
  }

  // Sequences

  private mutating func norm(_ x: ValueID) throws -> ValueID {
    let epsilon = Attribute("epsilon", Float(Self.epsilon))
    switch pick(4) {
    case 0:
      let y = try script.decomposed(spelling([-1]), x)
      return pick(3) == 0 ? y : try script.tail(y, [width], swapped: pick(2) == 0)
    case 1:
      let y = try script.decomposed(spelling([-1], subtractsMean: false), x)
      return try script.add(MulOp.self, [], y, script.constant([width]))
    default:
      return try script.add(
        LayerNormalizationOp.self, [epsilon], x,
        script.constant([width], in: pick(2) == 0 ? 0.5...2 : -1...1),
        pick(3) == 0 ? nil : script.constant([width]))
    }
  }

  private mutating func dense(_ x: ValueID, _ rows: Int, _ columns: Int) throws -> ValueID {
    let y = try script.add(MatMulOp.self, [], x, script.constant([rows, columns]))
    return pick(4) == 0 ? y : try script.add(AddOp.self, [], y, script.constant([columns]))
  }

  private mutating func activation(_ x: ValueID) throws -> ValueID {
    switch pick(5) {
    case 0: return try script.add(ReluOp.self, [], x)
    case 1: return try script.add(MulOp.self, [], x, try script.add(SigmoidOp.self, [], x))
    case 2:
      let inner = try script.add(DivOp.self, [], x, scalar(Double(2).squareRoot()))
      let sum = try script.add(AddOp.self, [], try script.add(ErfOp.self, [], inner), scalar(1))
      return try script.add(MulOp.self, [], x, try script.add(MulOp.self, [], scalar(0.5), sum))
    case 3:
      let power = try script.add(
        ExpOp.self, [],
        try script.add(SubOp.self, [], x, try script.add(ReduceMaxOp.self, [], x, script.integers([-1]))))
      return try script.add(
        DivOp.self, [], power, try script.add(ReduceSumOp.self, [], power, script.integers([-1])))
    default: return try script.add(TanhOp.self, [], x)
    }
  }

  /// Attention of two heads; the width is even.
  private mutating func attention(_ x: ValueID) throws -> ValueID {
    let size: Int = width / 2
    var parts: [ValueID] = []
    for part in 0..<3 {
      let split = try script.add(
        ReshapeOp.self, [], try dense(x, width, width), script.integers([0, 0, 2, size]))
      parts.append(
        try script.add(
          TransposeOp.self, [Attribute("perm", part == 1 ? [0, 2, 3, 1] : [0, 2, 1, 3])], split))
    }
    var scores = try script.add(MatMulOp.self, [], parts[0], parts[1])
    scores = try script.add(MulOp.self, [], scores, scalar(0.5))
    if pick(2) == 0 { scores = try script.add(AddOp.self, [], scores, script.constant([1, 1, 4, 4])) }
    let product = try script.add(MatMulOp.self, [], try script.add(SoftmaxOp.self, [], scores), parts[2])
    let turned = try script.add(TransposeOp.self, [Attribute("perm", [0, 2, 1, 3])], product)
    return try script.add(ReshapeOp.self, [], turned, script.integers([0, 0, width]))
  }

  private mutating func rowStep() throws {
    switch pick(8) {
    case 0: (value, width) = (try dense(value, width, 6), 6)
    case 1: value = try norm(value)
    case 2:
      value = try script.add(
        pick(2) == 0 ? MulOp.self : AddOp.self, [], value, scalar([0.25, -0.5, 2, -1][pick(4)]))
    case 3: value = try activation(value)
    case 4:
      let y = try attention(try norm(value))
      value = try script.add(AddOp.self, [], value, try dense(y, width, width))
    case 5:
      let inner = try activation(try dense(try norm(value), width, 8))
      value = try script.add(AddOp.self, [], try dense(inner, 8, width), value)
    case 6:
      // Two normalizations of one value.
      let (a, b) = (try dense(try norm(value), width, width), try dense(try norm(value), width, width))
      value = try script.add(AddOp.self, [], a, b)
    default: value = try norm(try script.add(AddOp.self, [], value, script.constant([1, 4, width])))
    }
    if pick(8) == 0 { outputs.append(value) }
  }

  // Images

  private mutating func imageStep() throws {
    let epsilon = Attribute("epsilon", Float(Self.epsilon))
    switch pick(7) {
    case 0, 1:
      var x: ValueID = value
      if pick(2) == 0 {
        x = try script.add(PadOp.self, [], x, script.integers([0, 0, 1, 0, 0, 0, 0, 1]))
      }
      let pads = Attribute("pads", x == value ? [1, 1, 1, 1] : [0, 1, 1, 0])
      value = try script.add(
        ConvOp.self, [pads], x, script.constant([width, width, 3, 3]),
        pick(4) == 0 ? nil : script.constant([width]))
    case 2:
      value = try script.add(
        InstanceNormalizationOp.self, [epsilon], value, script.constant([width]), script.constant([width]))
    case 3:
      value = try script.tail(try script.decomposed(spelling([2, 3]), value), [width, 1, 1])
    case 4:
      let parts = try script.add(ReshapeOp.self, [], value, script.integers([0, 2, -1]))
      let n = try script.add(
        InstanceNormalizationOp.self, [epsilon], parts, script.constant([2]), script.constant([2]))
      let back = try script.add(ReshapeOp.self, [], n, script.integers([0, width, 5, 4]))
      value = try script.tail(back, [width, 1, 1])
    case 5: value = try script.tail(try script.decomposed(spelling([1]), value), [width, 1, 1])
    default: value = try script.add([ReluOp.self, TanhOp.self, SigmoidOp.self][pick(3)], [], value)
    }
    if pick(8) == 0 { outputs.append(value) }
  }
}
