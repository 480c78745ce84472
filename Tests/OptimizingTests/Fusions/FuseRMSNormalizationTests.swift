import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct FuseRMSNormalizationTests {
  @Test("Every spelling of an RMSNormalization becomes one, with its gain")
  func spellings() throws {
    for quotient in NormalizationSpelling.Quotient.allCases {
      for isSwapped in [false, true] {
        var spelling = NormalizationSpelling()
        spelling.subtractsMean = false
        spelling.quotient = quotient
        spelling.square = isSwapped ? .mul : .pow
        spelling.swapsOperands = isSwapped
        var script = TestGraph()
        let x = script.input([2, 3, 8])
        let n = try script.decomposed(spelling, x)
        let y = try script.ordered(MulOp.self, spelling, n, script.constant([8]))
        let graph = try script.graph(y)
        #expect(try optimized(&script, graph).operators == ["RMSNormalization"], "\(spelling)")
      }
    }
  }

  @Test("Computed in float32, cast back, and then scaled: one operator of float16")
  func castIsland() throws {
    var script = TestGraph(.float16)
    let x = script.input([4, 8])
    let wide = try script.add(CastOp.self, [Attribute("to", 1)], x)
    let square = try script.add(PowOp.self, [], wide, script.single([2]))
    let mean = try script.add(ReduceMeanOp.self, [], square, script.integers([-1]))
    let root = try script.add(SqrtOp.self, [], try script.add(AddOp.self, [], mean, script.single([1e-6])))
    let normal = try script.add(MulOp.self, [], wide, try script.add(ReciprocalOp.self, [], root))
    let narrow = try script.add(CastOp.self, [Attribute("to", 10)], normal)
    let y = try script.add(MulOp.self, [], script.constant([8]), narrow)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph, tolerance: 4e-3).operators == ["RMSNormalization"])
  }

  @Test("A square of another value, or a mean over the first axis, is no RMSNormalization")
  func nearMisses() throws {
    for axis in [0, 1] {
      var script = TestGraph()
      let (x, other) = (script.input([8, 8]), script.input([8, 8]))
      let square = try script.add(PowOp.self, [], axis == 0 ? x : other, script.constant([2], []))
      let mean = try script.add(ReduceMeanOp.self, [], square, script.integers([axis]))
      let sum = try script.add(AddOp.self, [], mean, script.constant([1e-5], []))
      let y = try script.add(DivOp.self, [], x, try script.add(SqrtOp.self, [], sum))
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).histogram["RMSNormalization"] == nil)
    }
  }

  @Test("A gain of float32 that float16 does not hold keeps the Casts around the normalization")
  func wideGain() throws {
    for (gain, casts) in [(0.5, nil), (0.1, 2)] as [(Double, Int?)] {
      var script = TestGraph(.float16)
      let wide = try script.add(CastOp.self, [Attribute("to", 1)], script.input([4, 8]))
      let n = try script.add(
        RMSNormalizationOp.self, [], wide, script.single(Array(repeating: gain, count: 8), [8]))
      let graph = try script.graph(try script.add(CastOp.self, [Attribute("to", 10)], n))
      #expect(try optimized(&script, graph, tolerance: 4e-3).histogram["Cast"] == casts)
    }
  }
}
