/// An activation that a kernel applies to its result while it is in registers or in the first-level cache.
/// `x` is the finished sum, `p0` and `p1` are the epilogue's two parameters.
package enum Activation: UInt8, Sendable, CaseIterable {
  /// x
  case none = 0
  /// max(x, 0)
  case relu = 1
  /// x < 0 ? p0 * x : x
  case leakyRelu = 2
  /// min(max(x, p0), p1)
  case clip = 3
  /// 1 / (1 + exp(-x))
  case sigmoid = 4
  /// tanh(x)
  case tanh = 5
  /// x * (1 + erf(x / sqrt(2))) / 2
  case gelu = 6
  /// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2
  case geluTanh = 7
  /// x * sigmoid(p0 * x): SiLU with p0 = 1, QuickGelu with p0 = 1.702
  case swish = 8
  /// min(max(p0 * x + p1, 0), 1)
  case hardSigmoid = 9
  /// x * min(max(x / 6 + 1 / 2, 0), 1)
  case hardSwish = 10
  /// x < 0 ? p0 * (exp(x) - 1) : x
  case elu = 11
  /// log(1 + exp(x))
  case softplus = 12
  /// x * tanh(log(1 + exp(x)))
  case mish = 13
}
