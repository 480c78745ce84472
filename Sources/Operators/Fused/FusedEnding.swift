package import Graphs
package import KernelInterface
internal import Tensors

/// What a fused convolution does with each element of its input, after input 4 (the scale) and input 5 (the
/// shift) where they are given: a lower bound.
package struct FusedPrologue: Sendable, Hashable {
  package var floor: Double?

  package init(floor: Double? = nil) { self.floor = floor }
}

/// What a fused product does with each element of its sum, in this order: adds the residual (input 3, laid
/// out as the result) where there is one, then applies an activation.
package struct FusedEnding: Sendable, Hashable {
  package var activation: Activation
  /// The activation's parameters.
  package var parameter0: Double
  package var parameter1: Double

  package init(_ activation: Activation = .none, _ parameter0: Double = 0, _ parameter1: Double = 0) {
    self.activation = activation
    self.parameter0 = parameter0
    self.parameter1 = parameter1
  }

  /// The activation that `node` is, of its input 0; nil where it is none that kernels apply.
  package init?(_ node: Node, in graph: Graph) {
    if node.op is ClipOp {
      self.init(clip: node, in: graph)
      return
    }
    guard let op = node.op as? any UnaryFunctionOperator else { return nil }
    switch op.function {
    case .relu: self.init(.relu)
    case .leakyRelu: self.init(.leakyRelu, op.alpha)
    case .sigmoid: self.init(.sigmoid)
    case .tanh: self.init(.tanh)
    case .gelu: self.init(.gelu)
    case .geluTanh: self.init(.geluTanh)
    case .swish: self.init(.swish, op.alpha)
    case .hardSigmoid: self.init(.hardSigmoid, op.alpha, op.beta)
    case .hardSwish: self.init(.hardSwish)
    case .elu: self.init(.elu, op.alpha)
    case .softplus: self.init(.softplus)
    case .mish: self.init(.mish)
    default: return nil
    }
  }

  /// A Clip by bounds that are known.
  private init?(clip node: Node, in graph: Graph) {
    var bounds: [Double] = [-Double.infinity, Double.infinity]
    for index in 0..<2 {
      guard index + 1 < node.inputs.count, let input = node.inputs[index + 1] else { continue }
      guard let bound = graph[input].knownValue?.tensor?.firstDouble else { return nil }
      bounds[index] = bound
    }
    self.init(.clip, bounds[0], bounds[1])
  }
}

extension Tensor {
  /// The value of a tensor of one real number.
  fileprivate var firstDouble: Double? {
    guard count == 1, let convert = ElementConversion(elementType, .float64) else { return nil }
    return convert.convert(self, to: .float64).elements(Double.self).first
  }
}
