internal import Graphs
internal import Operators
internal import Tensors

/// An activation written in elementwise operators and numbers: `a(x) + b(x) f(c(x))`, with polynomials a, b
/// and c of one value x and one function f (Erf, Tanh, Sigmoid, HardSigmoid, Clip).
struct ActivationPattern {
  /// a: what does not go through the function.
  let constant: CoefficientView
  /// b: what the function is multiplied by.
  let factor: CoefficientView
  let function: any Operator
  /// c: what the function is taken of.
  let argument: CoefficientView
  /// The bounds, where the function is Clip.
  let bounds: (low: Double, high: Double)?

  /// The coefficient of x in the function's argument.
  var slope: Double { argument.polynomial[1] }

  /// A polynomial that is compared up to the rounding of its element type.
  struct CoefficientView {
    let polynomial: Polynomial
    let tolerance: Double

    func isClose(_ other: Polynomial) -> Bool { polynomial.isClose(other, tolerance: tolerance) }
    func scaled(by factor: Double) -> CoefficientView {
      CoefficientView(polynomial: polynomial.scaled(by: factor), tolerance: tolerance)
    }
    func adding(_ number: Double) -> CoefficientView {
      CoefficientView(polynomial: polynomial.adding(number), tolerance: tolerance)
    }
  }

  /// The patch that puts in the place of the expression ending at `root` the operator that `choose` gives for
  /// it, for the first x for which it gives one. Nobody else may use a part of the expression.
  static func rewrite(
    _ root: Node, in context: RewriteContext, _ choose: (ActivationPattern) -> (any Operator)?
  ) -> GraphPatch? {
    guard root.op is MulOp || root.op is DivOp || root.op is AddOp, let output = root.outputs[0],
      let type = context.graph[output].type, let element = type.elementType,
      let tolerance = tolerance(element),
      let function = function(below: root, in: context)
    else { return nil }
    for input in candidates(function, in: context) where context.graph[input].type == type {
      var reader = ActivationReader(context: context, input: input, function: function)
      guard let form = reader.read(output), let argument = reader.argument else { continue }
      func view(_ polynomial: Polynomial) -> CoefficientView {
        CoefficientView(polynomial: polynomial, tolerance: tolerance)
      }
      let pattern = ActivationPattern(
        constant: view(form.constant), factor: view(form.factor), function: function.op,
        argument: view(argument), bounds: bounds(function, in: context))
      guard let op = choose(pattern), reader.nodes.isClosed(root: root, in: context) else { continue }
      var patch = GraphPatch(context.graph)
      let result: ValueID = patch.add(
        op, name: root.name, inputs: [input], outputName: context.graph[output].name)
      patch.replace(output, by: result)
      return patch
    }
    return nil
  }

  /// How far constants may be from what they stand for: rounded to the element type, or written with as many
  /// digits as a float32 holds.
  private static func tolerance(_ type: ElementType) -> Double? {
    switch type {
    case .float64, .float32: 1e-6
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: nil
    }
  }

  private static func bounds(_ node: Node, in context: RewriteContext) -> (low: Double, high: Double)? {
    guard node.op is ClipOp, node.inputs.count == 3, let low = context.number(node.inputs[1]),
      let high = context.number(node.inputs[2])
    else { return nil }
    return (low, high)
  }

  private static func isFunction(_ node: Node) -> Bool {
    node.op is ErfOp || node.op is TanhOp || node.op is SigmoidOp || node.op is HardSigmoidOp
      || node.op is ClipOp
  }

  /// The function that `root` is made of, a few products and sums below it.
  private static func function(below root: Node, in context: RewriteContext) -> Node? {
    var level: [Node] = [root]
    for _ in 0..<4 {
      var next: [Node] = []
      for node in level {
        for case let input? in node.inputs {
          guard let producer = context.producer(of: input) else { continue }
          if isFunction(producer) { return producer }
          if producer.op is MulOp || producer.op is AddOp || producer.op is DivOp { next.append(producer) }
        }
      }
      level = next
      if level.count > 8 { return nil }
    }
    return nil
  }

  /// The values in the function's argument that x may be.
  private static func candidates(_ function: Node, in context: RewriteContext) -> [ValueID] {
    guard let argument = function.inputs[0] else { return [] }
    var found: [ValueID] = [argument]
    var next: Int = 0
    while next < found.count, found.count < 16 {
      if let node = context.producer(of: found[next]), ActivationReader.isArithmetic(node) {
        for case let input? in node.inputs
        where context.graph[input].constant == nil && !found.contains(input) {
          found.append(input)
        }
      }
      next += 1
    }
    return found
  }
}

/// Reads an expression as a pattern in a given x.
private struct ActivationReader {
  let context: RewriteContext
  let input: ValueID
  let function: Node
  private(set) var nodes = PatternNodes()
  private(set) var argument: Polynomial?
  private var depth: Int = 0

  init(context: RewriteContext, input: ValueID, function: Node) {
    self.context = context
    self.input = input
    self.function = function
  }

  /// a + b f.
  struct Form {
    var constant: Polynomial
    var factor: Polynomial

    init(_ constant: Polynomial, _ factor: Polynomial = Polynomial([])) {
      self.constant = constant
      self.factor = factor
    }

    func scaled(by number: Double) -> Form {
      Form(constant.scaled(by: number), factor.scaled(by: number))
    }
    func plus(_ other: Form) -> Form { Form(constant.plus(other.constant), factor.plus(other.factor)) }
    func times(_ other: Form) -> Form? {
      let (left, right): (Bool, Bool) = (factor.number == 0, other.factor.number == 0)
      guard left || right, let constant = constant.times(other.constant),
        let factor = left ? self.constant.times(other.factor) : other.constant.times(self.factor)
      else { return nil }
      return Form(constant, factor)
    }
  }

  static func isArithmetic(_ node: Node) -> Bool {
    node.op is MulOp || node.op is AddOp || node.op is SubOp || node.op is DivOp || node.op is PowOp
  }

  mutating func read(_ value: ValueID) -> Form? {
    if value == input { return Form(Polynomial.variable) }
    if let number = context.number(value) { return Form(Polynomial([number])) }
    guard depth < 12, let node = context.producer(of: value) else { return nil }
    depth += 1
    defer { depth -= 1 }
    nodes.insert(node)
    if node.id == function.id {
      guard let inner = node.inputs[0], let form = read(inner),
        form.factor.number == 0
      else { return nil }
      argument = form.constant
      return Form(Polynomial([]), Polynomial([1]))
    }
    guard Self.isArithmetic(node), node.inputs.count == 2, let left = node.inputs[0],
      let right = node.inputs[1], let first = read(left)
    else { return nil }
    if node.op is PowOp {
      guard first.factor.number == 0, let exponent = context.number(right), (1...4).contains(exponent),
        exponent == exponent.rounded(), let power = first.constant.power(Int(exponent))
      else { return nil }
      return Form(power)
    }
    guard let second = read(right) else { return nil }
    switch node.op {
    case is AddOp: return first.plus(second)
    case is SubOp: return first.plus(second.scaled(by: -1))
    case is MulOp: return first.times(second)
    default:
      guard second.factor.number == 0, let divisor = second.constant.number, divisor != 0 else { return nil }
      return first.scaled(by: 1 / divisor)
    }
  }
}
