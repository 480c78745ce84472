package import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// Makes one operator of functions of elements that follow each other: a node takes over the one that makes
/// an input of it, where the values of both have one shape and nobody else uses the value between them.
/// Smaller inputs are broadcast, as they are for each on its own; at most `FusedElementwiseOp.mostTensors`
/// are more than a scalar.
package struct FuseElementwise: RewriteRule {
  package static let name = "FuseElementwise"

  /// A program of more instructions gains nothing over two.
  private static let mostInstructions: Int = 32

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    let graph: Graph = context.graph
    guard let own = ElementwiseNode(node, graph), let output = node.outputs[0] else { return nil }
    for between in own.inputs where graph[between].type == graph[output].type {
      guard let before = context.producer(of: between), let producer = ElementwiseNode(before, graph),
        isUsed(between, by: node, context),
        own.program.instructions.count + producer.program.instructions.count <= Self.mostInstructions
      else { continue }
      var inputs: [ValueID] = []
      func number(_ value: ValueID) -> Int {
        if let known = inputs.firstIndex(of: value) { return known }
        inputs.append(value)
        return inputs.count - 1
      }
      let producerInputs: [Int] = producer.inputs.map(number)
      let ownInputs: [Int] = own.inputs.map { $0 == between ? 0 : number($0) }
      guard inputs.count(where: { !isScalar($0, graph) }) <= FusedElementwiseOp.mostTensors else { continue }
      let program: ElementwiseProgram = own.program.after(
        producer.program, producerInputs: producerInputs, inputs: ownInputs,
        isProduct: { own.inputs[$0] == between })
      var patch = GraphPatch(graph)
      let fused: ValueID = patch.add(
        FusedElementwiseOp(program, inputCount: inputs.count), name: node.name, inputs: inputs,
        outputName: graph[output].name)
      patch.replace(output, by: fused)
      patch.note = "\(program.instructions.count) functions"
      return patch
    }
    return nil
  }

  private func isUsed(_ value: ValueID, by node: Node, _ context: RewriteContext) -> Bool {
    guard context.uses.outputCount(of: value) == 0, let position = context.uses.position(of: node.id) else {
      return false
    }
    return context.uses[value].allSatisfy { $0.position == position }
  }

  private func isScalar(_ value: ValueID, _ graph: Graph) -> Bool {
    graph[value].type?.dimensions?.allSatisfy { $0.value == 1 } ?? false
  }
}

/// A node as a program, fused already or of one function.
private struct ElementwiseNode {
  let program: ElementwiseProgram
  let inputs: [ValueID]

  init?(_ node: Node, _ graph: Graph) {
    guard let output = node.outputs.first ?? nil, case .tensor(let element, .some)? = graph[output].type,
      element == .float32 || element == .float64
    else { return nil }
    let inputs: [ValueID] = node.inputs.compactMap { $0 }
    guard inputs.count == node.inputs.count, inputs.allSatisfy({ graph[$0].type?.elementType == element })
    else { return nil }
    self.inputs = inputs
    switch node.op {
    case let op as FusedElementwiseOp: program = op.program
    case let op as any UnaryFunctionOperator where inputs.count == 1:
      program = ElementwiseProgram(.unary(op.function, alpha: op.alpha, beta: op.beta), operandCount: 1)
    case let op as any BinaryFunctionOperator where inputs.count == 2:
      program = ElementwiseProgram(.binary(type(of: op).function), operandCount: 2)
    case let op as any VariadicFunctionOperator where inputs.count == 2:
      program = ElementwiseProgram(.binary(type(of: op).function), operandCount: 2)
    default: return nil
    }
  }
}
