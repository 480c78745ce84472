import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct FuseActivationTests {
  @Test("Gelu by erf, in every grouping of its factors", arguments: 0..<5)
  func geluByErf(form: Int) throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let inner =
      form % 2 == 0
      ? try script.add(DivOp.self, [], x, script.constant([Double(2).squareRoot()], []))
      : try script.add(MulOp.self, [], script.constant([(0.5).squareRoot()], [1]), x)
    let erf = try script.add(ErfOp.self, [], inner)
    let one = script.constant([1], [])
    let sum = form < 2 ? try script.add(AddOp.self, [], erf, one) : try script.add(AddOp.self, [], one, erf)
    let half = script.constant([0.5], [])
    let y: ValueID
    switch form {
    case 0: y = try script.add(MulOp.self, [], x, try script.add(MulOp.self, [], half, sum))
    case 1: y = try script.add(MulOp.self, [], try script.add(MulOp.self, [], x, sum), half)
    case 2: y = try script.add(MulOp.self, [], try script.add(MulOp.self, [], half, x), sum)
    case 3:
      y = try script.add(DivOp.self, [], try script.add(MulOp.self, [], sum, x), script.constant([2], []))
    default:
      let a = try script.add(MulOp.self, [], x, half)
      y = try script.add(AddOp.self, [], a, try script.add(MulOp.self, [], a, erf))
    }
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Gelu"])
  }

  @Test("Gelu by tanh, with its cube as Pow or Mul, or factored", arguments: 0..<3)
  func geluByTanh(form: Int) throws {
    var script = TestGraph()
    let x = script.input([3, 4])
    let c = script.constant([0.044715], [])
    let slope = script.constant([(2 / Double.pi).squareRoot()], [])
    let argument: ValueID
    if form == 2 {
      let square = try script.add(MulOp.self, [], try script.add(MulOp.self, [], c, x), x)
      let factor = try script.add(AddOp.self, [], script.constant([1], []), square)
      argument = try script.add(MulOp.self, [], try script.add(MulOp.self, [], x, slope), factor)
    } else {
      let cube =
        form == 0
        ? try script.add(PowOp.self, [], x, script.constant([3], []))
        : try script.add(MulOp.self, [], x, try script.add(MulOp.self, [], x, x))
      let sum = try script.add(AddOp.self, [], x, try script.add(MulOp.self, [], c, cube))
      argument = try script.add(MulOp.self, [], slope, sum)
    }
    let tanh = try script.add(TanhOp.self, [], argument)
    let factor = try script.add(AddOp.self, [], tanh, script.constant([1], []))
    let y = try script.add(
      MulOp.self, [], try script.add(MulOp.self, [], script.constant([0.5], []), x), factor)
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph, tolerance: 1e-9).operators == ["Gelu"])
  }

  @Test("Another coefficient, another x, or a part that is an output: no Gelu", arguments: 0..<3)
  func geluNearMisses(form: Int) throws {
    var script = TestGraph()
    let (x, other) = (script.input([3, 4]), script.input([3, 4]))
    let inner = try script.add(
      DivOp.self, [], x, script.constant([form == 0 ? 1.5 : Double(2).squareRoot()], []))
    let sum = try script.add(AddOp.self, [], try script.add(ErfOp.self, [], inner), script.constant([1], []))
    let half = try script.add(MulOp.self, [], form == 1 ? other : x, script.constant([0.5], []))
    let y = try script.add(MulOp.self, [], half, sum)
    let graph = form == 2 ? try script.graph(y, sum) : try script.graph(y, other)
    #expect(try optimized(&script, graph).histogram["Gelu"] == nil)
  }

  @Test("x sigmoid(x) and x sigmoid(1.702 x) are Swish; x times the sigmoid of another value is not")
  func swish() throws {
    for alpha in [1, 1.702] {
      var script = TestGraph()
      let x = script.input([3, 4])
      let inner = alpha == 1 ? x : try script.add(MulOp.self, [], x, script.constant([alpha], []))
      let y = try script.add(MulOp.self, [], try script.add(SigmoidOp.self, [], inner), x)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph, tolerance: 1e-6).operators == ["Swish"])
    }
    var script = TestGraph()
    let (x, other) = (script.input([3, 4]), script.input([3, 4]))
    let y = try script.add(MulOp.self, [], x, try script.add(SigmoidOp.self, [], other))
    let graph = try script.graph(y)
    #expect(try optimized(&script, graph).operators == ["Sigmoid", "Mul"])
  }

  @Test("x HardSigmoid(x) and x clip(x + 3, 0, 6) / 6 are HardSwish; an upper bound of 5 is not")
  func hardSwish() throws {
    for form in 0..<4 {
      var script = TestGraph(.float32)
      let x = script.input([3, 4])
      let y: ValueID
      if form == 0 {
        let gate = try script.add(
          HardSigmoidOp.self, [Attribute("alpha", Float(1) / 6), Attribute("beta", Float(0.5))], x)
        y = try script.add(MulOp.self, [], x, gate)
      } else {
        let shifted = try script.add(AddOp.self, [], x, script.constant([3], []))
        let bound: Double = form == 3 ? 5 : 6
        let gate = try script.add(
          ClipOp.self, [], shifted, script.constant([0], []), script.constant([bound], []))
        let six = script.constant([6], [])
        y =
          form == 1
          ? try script.add(DivOp.self, [], try script.add(MulOp.self, [], x, gate), six)
          : try script.add(MulOp.self, [], x, try script.add(DivOp.self, [], gate, six))
      }
      let graph = try script.graph(y)
      let counts = try optimized(&script, graph, tolerance: 1e-6).histogram
      #expect(counts["HardSwish"] == (form == 3 ? nil : 1))
    }
  }

  @Test("exp over its sum, with and without subtracting the maximum, is Softmax")
  func softmax() throws {
    for form in 0..<3 {
      var script = TestGraph()
      let x = script.input([3, 4, 5])
      var exponent = x
      if form > 0 {
        let largest = try script.add(ReduceMaxOp.self, [], x, script.integers([1]))
        exponent = try script.add(SubOp.self, [], x, largest)
      }
      let power = try script.add(ExpOp.self, [], exponent)
      let sum = try script.add(ReduceSumOp.self, [], power, script.integers([1]))
      let y =
        form == 2
        ? try script.add(MulOp.self, [], try script.add(ReciprocalOp.self, [], sum), power)
        : try script.add(DivOp.self, [], power, sum)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).operators == ["Softmax"])
    }
  }

  @Test("exp over a sum that drops its axis, or over two axes, is no Softmax")
  func softmaxNearMisses() throws {
    for keeps in [false, true] {
      var script = TestGraph()
      let x = script.input([4, 4])
      let power = try script.add(ExpOp.self, [], x)
      let sum = try script.add(
        ReduceSumOp.self, [Attribute("keepdims", keeps)], power, script.integers(keeps ? [0, 1] : [1]))
      let y = try script.add(DivOp.self, [], power, sum)
      let graph = try script.graph(y)
      #expect(try optimized(&script, graph).histogram["Softmax"] == nil)
    }
  }
}
