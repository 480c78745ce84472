internal import Graphs

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An activation function of a recurrent cell, with its parameters (a and b).
struct RecurrentActivation: Sendable, Equatable {
  enum Function: String, Sendable, CaseIterable {
    case relu = "Relu"
    case tanh = "Tanh"
    case sigmoid = "Sigmoid"
    /// a x + b
    case affine = "Affine"
    case leakyRelu = "LeakyRelu"
    case thresholdedRelu = "ThresholdedRelu"
    /// a tanh(b x)
    case scaledTanh = "ScaledTanh"
    case hardSigmoid = "HardSigmoid"
    case elu = "Elu"
    case softsign = "Softsign"
    case softplus = "Softplus"
  }

  var function: Function
  var alpha: Float
  var beta: Float

  init(_ function: Function) {
    self.function = function
    (alpha, beta) = Self.defaults(function)
  }

  private static func defaults(_ function: Function) -> (Float, Float) {
    switch function {
    case .affine, .scaledTanh: (1, function == .affine ? 0 : 1)
    case .leakyRelu: (0.01, 0)
    case .hardSigmoid: (0.2, 0.5)
    case .thresholdedRelu, .elu: (1, 0)
    default: (0, 0)
    }
  }

  var takesAlpha: Bool {
    switch function {
    case .affine, .leakyRelu, .thresholdedRelu, .scaledTanh, .hardSigmoid, .elu: true
    default: false
    }
  }

  var takesBeta: Bool { function == .affine || function == .scaledTanh || function == .hardSigmoid }

  func callAsFunction(_ x: Double) -> Double {
    let (a, b): (Double, Double) = (Double(alpha), Double(beta))
    switch function {
    case .relu: return x.isNaN ? x : max(x, 0)
    case .tanh: return tanh(x)
    case .sigmoid: return 1 / (1 + exp(-x))
    case .affine: return a * x + b
    case .leakyRelu: return x < 0 ? a * x : x
    case .thresholdedRelu: return x > a ? x : 0
    case .scaledTanh: return a * tanh(b * x)
    case .hardSigmoid: return max(0, min(1, a * x + b))
    case .elu: return x < 0 ? a * expm1(x) : x
    case .softsign: return x / (1 + abs(x))
    case .softplus: return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
    }
  }
}

/// The attributes that LSTM, GRU and RNN have in common.
struct RecurrentOptions: Sendable {
  enum Direction: String, Sendable {
    case forward
    case reverse
    case bidirectional
  }

  let direction: Direction
  let hiddenSize: Int?
  /// For each direction, the cell's activations in order.
  let activations: [[RecurrentActivation]]
  /// Bounds of pre-activations; nil for none.
  let clip: Float?
  let isBatchFirst: Bool
  /// Whether the activations are those that ONNX has by default.
  let hasDefaultActivations: Bool

  static let attributeNames: [String] = [
    "activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size", "layout",
  ]

  var directionCount: Int { direction == .bidirectional ? 2 : 1 }

  init(_ node: NodeReader, defaults: [RecurrentActivation.Function]) throws(GraphError) {
    let name: String = try node.string("direction") ?? "forward"
    guard let direction = Direction(rawValue: name) else {
      throw node.error(
        .invalidAttribute,
        "attribute 'direction' must be forward, reverse or bidirectional, found '\(name)'")
    }
    self.direction = direction
    hiddenSize = try node.int("hidden_size")
    isBatchFirst = try node.flag("layout") ?? false
    clip = try node.float("clip").flatMap { $0 > 0 ? $0 : nil }
    let count: Int = direction == .bidirectional ? 2 : 1
    var named: [RecurrentActivation] = []
    if let names = try node.strings("activations"), !names.isEmpty {
      for name in names {
        let match = RecurrentActivation.Function.allCases.first {
          $0.rawValue.lowercased() == name.lowercased()
        }
        guard let match else {
          throw node.error(.invalidAttribute, "there is no activation '\(name)'")
        }
        named.append(RecurrentActivation(match))
      }
      // A single direction's activations may be followed by defaults for a second.
      guard named.count == defaults.count * count || named.count == 2 * defaults.count else {
        throw node.error(
          .invalidAttribute,
          "attribute 'activations' must name \(defaults.count * count) functions, found \(named.count)")
      }
      named = Array(named.prefix(defaults.count * count))
    } else {
      for _ in 0..<count { named += defaults.map { RecurrentActivation($0) } }
    }
    var alphas: ArraySlice<Float> = (try node.floats("activation_alpha") ?? [])[...]
    var betas: ArraySlice<Float> = (try node.floats("activation_beta") ?? [])[...]
    for index in named.indices {
      if named[index].takesAlpha, let alpha = alphas.popFirst() { named[index].alpha = alpha }
      if named[index].takesBeta, let beta = betas.popFirst() { named[index].beta = beta }
    }
    let each: Int = defaults.count
    activations = (0..<count).map { Array(named[$0 * each..<($0 + 1) * each]) }
    hasDefaultActivations = activations.allSatisfy { $0.map(\.function) == defaults }
  }

  var attributes: [Attribute] {
    let all: [RecurrentActivation] = activations.flatMap { $0 }
    var result: [Attribute] = [
      Attribute("direction", direction.rawValue), Attribute("layout", isBatchFirst),
      Attribute("activations", .strings(all.map(\.function.rawValue))),
    ]
    let alphas: [Float] = all.filter(\.takesAlpha).map(\.alpha)
    let betas: [Float] = all.filter(\.takesBeta).map(\.beta)
    if !alphas.isEmpty { result.append(Attribute("activation_alpha", alphas)) }
    if !betas.isEmpty { result.append(Attribute("activation_beta", betas)) }
    if let clip { result.append(Attribute("clip", clip)) }
    if let hiddenSize { result.append(Attribute("hidden_size", hiddenSize)) }
    return result
  }
}
