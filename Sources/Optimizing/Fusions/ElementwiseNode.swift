internal import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// A node as a program of functions of elements, fused already or of one function.
struct ElementwiseNode {
  let program: ElementwiseProgram
  let inputs: [ValueID]
  /// The instruction whose value is the second output.
  let kept: Int?

  init?(_ node: Node, _ graph: Graph) {
    guard let output = node.outputs.first ?? nil, case .tensor(let element, .some)? = graph[output].type,
      element == .float32 || element == .float64
    else { return nil }
    if let form = RowFunction.form(node, in: graph, longest: FusedNormalizationOp.longestRow) {
      (program, inputs, kept) = (form.program, form.inputs, form.kept)
      return
    }
    let inputs: [ValueID] = node.inputs.compactMap { $0 }
    guard inputs.count == node.inputs.count, inputs.allSatisfy({ graph[$0].type?.elementType == element })
    else { return nil }
    self.inputs = inputs
    switch node.op {
    case let op as FusedElementwiseOp: (program, kept) = (op.program, nil)
    case let op as FusedNormalizationOp: (program, kept) = (op.program, op.kept)
    case let op as any UnaryFunctionOperator where inputs.count == 1:
      program = ElementwiseProgram(.unary(op.function, alpha: op.alpha, beta: op.beta), operandCount: 1)
      kept = nil
    case let op as any BinaryFunctionOperator where inputs.count == 2:
      program = ElementwiseProgram(.binary(type(of: op).function), operandCount: 2)
      kept = nil
    case let op as any VariadicFunctionOperator where inputs.count == 2:
      program = ElementwiseProgram(.binary(type(of: op).function), operandCount: 2)
      kept = nil
    default: return nil
    }
  }

  /// The inputs that are no parameters of a function of rows, each once.
  var freeInputs: [ValueID] {
    let parameters: Set<Int> = program.parameters
    let rowInputs: [ValueID] = parameters.map { inputs[$0] }
    return inputs.filter { !rowInputs.contains($0) }
  }

  /// `own` after `producer`, which makes its input `between`; nil where both have a function of rows. A value
  /// that is both a parameter and an operand is two inputs.
  init?(_ own: ElementwiseNode, after producer: ElementwiseNode, at between: ValueID) {
    guard own.program.rows == nil || producer.program.rows == nil else { return nil }
    var inputs: [ValueID] = []
    var isParameter: [Bool] = []
    func numbers(_ node: ElementwiseNode) -> [Int] {
      let parameters: Set<Int> = node.program.parameters
      return node.inputs.enumerated().map { index, value in
        if value == between { return 0 }
        let role: Bool = parameters.contains(index)
        if let known = inputs.indices.first(where: { inputs[$0] == value && isParameter[$0] == role }) {
          return known
        }
        inputs.append(value)
        isParameter.append(role)
        return inputs.count - 1
      }
    }
    let producerInputs: [Int] = numbers(producer)
    let ownInputs: [Int] = numbers(own)
    program = own.program.after(
      producer.program, producerInputs: producerInputs, inputs: ownInputs,
      isProduct: { own.inputs[$0] == between })
    self.inputs = inputs
    kept = producer.kept ?? own.kept.map { $0 + producer.program.instructions.count }
  }
}
