import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct FuseLayerNormalizationTests {
  @Test("Every spelling of a LayerNormalization becomes one, with its gain and offset")
  func spellings() throws {
    for quotient in NormalizationSpelling.Quotient.allCases {
      for square in NormalizationSpelling.Square.allCases {
        for variant in 0..<4 {
          var spelling = NormalizationSpelling()
          spelling.quotient = quotient
          spelling.square = square
          spelling.swapsOperands = variant % 2 == 1
          spelling.axes = variant / 2 == 1 ? [2] : [-1]
          spelling.axesAreInput = variant < 2
          var script = TestGraph()
          let x = script.input([2, 3, 8], dimensions: [Dimension(symbol: "n"), 3, 8])
          let n = try script.decomposed(spelling, x)
          let y = try script.tail(n, variant < 2 ? [8] : [1, 1, 8], swapped: spelling.swapsOperands)
          let graph = try script.graph(y)
          #expect(try optimized(&script, graph).operators == ["LayerNormalization"], "\(spelling)")
        }
      }
    }
  }

  @Test("Without gain or offset, with one of them, or with a gain that is one number", arguments: 0..<4)
  func partialTails(form: Int) throws {
    var script = TestGraph()
    let x = script.input([2, 3, 8])
    var y = try script.decomposed(NormalizationSpelling(), x)
    if form == 1 { y = try script.add(MulOp.self, [], y, script.constant([8])) }
    if form == 2 { y = try script.add(AddOp.self, [], y, script.constant([8])) }
    if form == 3 { y = try script.add(MulOp.self, [], y, script.constant([])) }
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }

  @Test("Over the last two axes, with parameters of their shape")
  func twoAxes() throws {
    var spelling = NormalizationSpelling()
    spelling.axes = [-2, -1]
    var script = TestGraph()
    let x = script.input([2, 3, 4])
    let y = try script.tail(try script.decomposed(spelling, x), [3, 4])
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }

  @Test("Over axis 1 of channels that come first, the nine operators become three")
  func channelsFirst() throws {
    var spelling = NormalizationSpelling()
    spelling.axes = [1]
    var script = TestGraph()
    let x = script.input([2, 6, 3, 4], dimensions: [Dimension(symbol: "n"), 6, Dimension(symbol: "h"), 4])
    let y = try script.tail(try script.decomposed(spelling, x), [6, 1, 1])
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Transpose", "LayerNormalization", "Transpose"])
  }

  @Test("The form of batch functions: x m + (offset - mean m)", arguments: [false, true])
  func batchForm(hasGain: Bool) throws {
    var script = TestGraph()
    let x = script.input([4, 8])
    let mean = try script.add(ReduceMeanOp.self, [], x, script.integers([1]))
    let difference = try script.add(SubOp.self, [], x, mean)
    let square = try script.add(MulOp.self, [], difference, difference)
    let variance = try script.add(ReduceMeanOp.self, [], square, script.integers([1]))
    let sum = try script.add(AddOp.self, [], variance, script.constant([0x1p-10], []))
    let inverse = try script.add(ReciprocalOp.self, [], try script.add(SqrtOp.self, [], sum))
    let m = hasGain ? try script.add(MulOp.self, [], inverse, script.constant([8])) : inverse
    let scaled = try script.add(MulOp.self, [], x, m)
    let rest = try script.add(SubOp.self, [], script.constant([8]), try script.add(MulOp.self, [], mean, m))
    let y = try script.add(AddOp.self, [], scaled, rest)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }

  @Test("A variance taken as mean(x^2) - mean(x)^2, kept from falling below 0")
  func differenceOfSquares() throws {
    var script = TestGraph()
    let x = script.input([4, 8])
    let mean = try script.add(ReduceMeanOp.self, [], x, script.integers([1]))
    let squares = try script.add(
      ReduceMeanOp.self, [], try script.add(MulOp.self, [], x, x), script.integers([1]))
    let spread = try script.add(SubOp.self, [], squares, try script.add(MulOp.self, [], mean, mean))
    let variance = try script.add(MaxOp.self, [], spread, script.constant([0], []))
    let sum = try script.add(AddOp.self, [], variance, script.constant([1e-6], []))
    let inverse = try script.add(PowOp.self, [], sum, script.constant([-0.5], []))
    let y = try script.add(MulOp.self, [], try script.add(SubOp.self, [], x, mean), inverse)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["LayerNormalization"])
  }

  @Test("Statistics in float32 between Casts, of float16 values")
  func castIsland() throws {
    var script = TestGraph(.float16)
    let x = script.input([4, 8])
    let wide = try script.add(CastOp.self, [Attribute("to", 1)], x)
    let mean = try script.add(ReduceMeanOp.self, [], wide, script.integers([-1]))
    let difference = try script.add(SubOp.self, [], wide, mean)
    let square = try script.add(MulOp.self, [], difference, difference)
    let variance = try script.add(ReduceMeanOp.self, [], square, script.integers([-1]))
    let epsilon = script.single([1e-5])
    let root = try script.add(SqrtOp.self, [], try script.add(AddOp.self, [], variance, epsilon))
    let normal = try script.add(DivOp.self, [], difference, root)
    let narrow = try script.add(CastOp.self, [Attribute("to", 10)], normal)
    let y = try script.tail(narrow, [8])
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph, tolerance: 4e-3).operators == ["LayerNormalization"])
  }

  @Test("A part that is used elsewhere, or is an output of the graph, keeps the pattern from being one")
  func otherUsers() throws {
    for part in 0..<2 {
      var script = TestGraph()
      let x = script.input([4, 8])
      let mean = try script.add(ReduceMeanOp.self, [], x, script.integers([-1]))
      let difference = try script.add(SubOp.self, [], x, mean)
      let square = try script.add(PowOp.self, [], difference, script.constant([2], []))
      let variance = try script.add(ReduceMeanOp.self, [], square, script.integers([-1]))
      let sum = try script.add(AddOp.self, [], variance, script.constant([1e-5], []))
      let y = try script.add(DivOp.self, [], difference, try script.add(SqrtOp.self, [], sum))
      let other = part == 0 ? variance : try script.add(SigmoidOp.self, [], square)
      let graph = try script.graph(y, other)
      let counts = try optimized(&script, graph).histogram
      #expect(counts["LayerNormalization"] == nil && counts["RMSNormalization"] == nil)
    }
  }

  @Test("An epsilon outside the root, or another axis for the mean than for the variance, is another formula")
  func otherFormulas() throws {
    for outside in [true, false] {
      var script = TestGraph()
      let x = script.input([4, 8, 8])
      let mean = try script.add(ReduceMeanOp.self, [], x, script.integers([outside ? 2 : 1]))
      let difference = try script.add(SubOp.self, [], x, mean)
      let square = try script.add(PowOp.self, [], difference, script.constant([2], []))
      let variance = try script.add(ReduceMeanOp.self, [], square, script.integers([2]))
      let epsilon = script.constant([1e-5], [])
      var root: ValueID
      if outside {
        root = try script.add(AddOp.self, [], try script.add(SqrtOp.self, [], variance), epsilon)
      } else {
        root = try script.add(SqrtOp.self, [], try script.add(AddOp.self, [], variance, epsilon))
      }
      root = try script.add(DivOp.self, [], difference, root)
      let graph = try script.graph(root)
      #expect(try optimized(&script, graph).histogram["LayerNormalization"] == nil)
    }
  }
}

extension TestGraph {
  /// A float32 constant, whatever the graph's element type.
  mutating func single(_ values: [Double], _ shape: Shape = []) -> ValueID {
    constant(Tensor(rounding: values, to: .float32, shape))
  }
}
