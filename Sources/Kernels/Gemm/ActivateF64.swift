internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Applies an activation to doubles in place, one by one with the C library's functions.
@inline(never)
func activateF64(
  _ activation: Activation, _ p0: Double, _ p1: Double, _ values: UnsafeMutablePointer<Double>, _ count: Int
) {
  for i in 0..<count { values[i] = activatedF64(activation, p0, p1, values[i]) }
}

@inline(__always)
func activatedF64(_ activation: Activation, _ p0: Double, _ p1: Double, _ x: Double) -> Double {
  switch activation {
  case .none: return x
  case .relu: return x < 0 ? 0 : x
  case .leakyRelu: return x < 0 ? p0 * x : x
  case .clip:
    let low: Double = x < p0 ? p0 : x
    return low > p1 ? p1 : low
  case .sigmoid: return 1 / (1 + exp(-x))
  case .tanh: return tanh(x)
  case .gelu: return 0.5 * x * (1 + erf(x * 0.707_106_781_186_547_52))
  case .geluTanh:
    let inner: Double = 0.797_884_560_802_865_36 * (x + 0.044715 * x * x * x)
    return 0.5 * x * (1 + tanh(inner))
  case .swish: return x / (1 + exp(-p0 * x))
  case .hardSigmoid: return unitClamp(p0 * x + p1)
  case .hardSwish: return x * unitClamp(x / 6 + 0.5)
  case .elu: return x < 0 ? p0 * expm1(x) : x
  case .softplus: return softplusF64(x)
  case .mish: return x * tanh(softplusF64(x))
  }
}

@inline(__always) private func unitClamp(_ x: Double) -> Double {
  x < 0 ? 0 : (x > 1 ? 1 : x)
}

/// log(1 + exp(x)), written so that exp does not overflow.
@inline(__always) private func softplusF64(_ x: Double) -> Double {
  x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
}
