package import Graphs
internal import KernelInterface
internal import Tensors

/// A function of whole rows, the elements along the last `rank` axes: a normalization, whose value has the
/// shape of what it normalizes.
package struct RowFunction: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// `(x - mean) / sqrt(variance + epsilon) * gain + offset`
    case layerNormalization
    /// `x / sqrt(mean(x^2) + epsilon) * gain + offset`
    case rmsNormalization
    /// `exp(x) / sum exp(x)`
    case softmax
  }

  package let kind: Kind
  /// The axes that make up a row, counted from the last.
  package let rank: Int
  package let epsilon: Float
  package let hasGain: Bool
  package let hasOffset: Bool

  init(_ kind: Kind, rank: Int, epsilon: Float = 0, hasGain: Bool = false, hasOffset: Bool = false) {
    self.kind = kind
    self.rank = rank
    self.epsilon = epsilon
    self.hasGain = hasGain
    self.hasOffset = hasOffset
  }

  /// A node as instructions around one function of rows.
  package struct Form: Sendable {
    package let program: ElementwiseProgram
    /// What the program reads, in the order of its inputs.
    package let inputs: [ValueID]
    /// The instruction whose value is the node's second output.
    package var kept: Int?
  }

  /// A normalization of float32 rows over the last axes, plain or of a sum, as a program; nil for other nodes,
  /// where the parameters are not a row each, and for a length of rows that is not known or above `longest`.
  package static func form(_ node: Node, in graph: Graph, longest: Int) -> Form? {
    let inputs: [ValueID?] = node.inputs + [nil, nil, nil, nil]
    switch node.op {
    case let op as LayerNormalizationOp where node.outputs.dropFirst().allSatisfy({ $0 == nil }):
      return form(.layerNormalization, op.form, node, graph, [inputs[0]], (inputs[1], inputs[2]), longest)
    case let op as RMSNormalizationOp:
      return form(.rmsNormalization, op.form, node, graph, [inputs[0]], (inputs[1], nil), longest)
    case let op as OffsetRMSNormalizationOp:
      return form(.rmsNormalization, op.form, node, graph, [inputs[0]], (inputs[1], inputs[2]), longest)
    case let op as ResidualLayerNormalizationOp:
      return form(
        .layerNormalization, op.form, node, graph, [inputs[0], inputs[1]], (inputs[2], inputs[3]), longest)
    case let op as ResidualRMSNormalizationOp:
      return form(
        .rmsNormalization, op.form, node, graph, [inputs[0], inputs[1]], (inputs[2], inputs[3]), longest)
    case let op as SoftmaxOp:
      guard let dimensions = dimensions(node, graph), let length = dimensions.last?.value, length <= longest,
        op.axis == -1 || op.axis == dimensions.count - 1, let x = inputs[0]
      else { return nil }
      let rows = RowFunction(.softmax, rank: 1)
      return Form(program: ElementwiseProgram(.rows(rows), operandCount: 1), inputs: [x], kept: nil)
    default: return nil
    }
  }

  /// The dimensions of a node's float32 result.
  private static func dimensions(_ node: Node, _ graph: Graph) -> [Dimension]? {
    guard let output = node.outputs.first ?? nil,
      case .tensor(.float32, let dimensions?)? = graph[output].type
    else { return nil }
    return dimensions
  }

  private static func form(
    _ kind: Kind, _ norm: RowNormalizationForm, _ node: Node, _ graph: Graph, _ summed: [ValueID?],
    _ parameters: (gain: ValueID?, offset: ValueID?), _ longest: Int
  ) -> Form? {
    guard let dimensions = dimensions(node, graph) else { return nil }
    let axis: Int = norm.axis < 0 ? norm.axis + dimensions.count : norm.axis
    guard axis >= 0, axis <= dimensions.count else { return nil }
    let row: [Dimension] = Array(dimensions[axis...])
    var length: Int = 1
    for dimension in row {
      guard let extent = dimension.value, extent <= longest else { return nil }
      length *= extent
    }
    guard length <= longest else { return nil }
    let terms: [ValueID] = summed.compactMap { $0 }
    let rowInputs: [ValueID] = [parameters.gain, parameters.offset].compactMap { $0 }
    for parameter in rowInputs {
      guard case .tensor(.float32, let own?)? = graph[parameter].type, own.count >= row.count,
        Array(own.suffix(row.count)) == row, own.dropLast(row.count).allSatisfy({ $0.value == 1 })
      else { return nil }
    }
    let function = RowFunction(
      kind, rank: row.count, epsilon: norm.epsilon, hasGain: parameters.gain != nil,
      hasOffset: parameters.offset != nil)
    let program = ElementwiseProgram(function, terms: terms.count, parameters: rowInputs.count)
    let isKept: Bool = terms.count == 2 && node.outputs.count > 1 && node.outputs[1] != nil
    return Form(program: program, inputs: terms + rowInputs, kept: isKept ? 0 : nil)
  }
}

extension ElementwiseProgram {
  /// `function` of input 0, or of the sum of inputs 0 and 1, with parameters that are the inputs after.
  init(_ function: RowFunction, terms: Int, parameters: Int) {
    let rest: [Operand] = (terms..<terms + parameters).map { .input($0) }
    if terms == 1 {
      self.init([Instruction(.rows(function), [.input(0)] + rest)])
    } else {
      self.init([
        Instruction(.binary(.add), [.input(0), .input(1)]), Instruction(.rows(function), [.value(0)] + rest),
      ])
    }
  }
}
