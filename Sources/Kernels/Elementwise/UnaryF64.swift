internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The f64 kernels of functions of one operand, through the C library.
func unaryF64(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .exp: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in exp(v) } }
  case .log: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in log(v) } }
  case .tanh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in tanh(v) } }
  case .erf: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in erf(v) } }
  case .abs, .negate, .sign, .square, .reciprocal, .floor, .ceil, .round, .sqrt, .reciprocalSqrt:
    return arithmeticF64(function)
  case .sin: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in sin(v) } }
  case .cos: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in cos(v) } }
  case .tan: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in tan(v) } }
  case .asin: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in asin(v) } }
  case .acos: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in acos(v) } }
  case .atan: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in atan(v) } }
  case .sinh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in sinh(v) } }
  case .cosh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in cosh(v) } }
  case .asinh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in asinh(v) } }
  case .acosh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in acosh(v) } }
  case .atanh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in atanh(v) } }
  default: return activationF64(function)
  }
}

private func arithmeticF64(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .abs: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in fabs(v) } }
  case .negate: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in -v } }
  case .sign:
    return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in v > 0 ? 1 : v < 0 ? -1 : v } }
  case .square: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in v * v } }
  case .reciprocal: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in 1 / v } }
  case .floor: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in floor(v) } }
  case .ceil: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in ceil(v) } }
  case .round: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in rint(v) } }
  case .sqrt: return { out, x, n, _, _ in mapF64(out, x, n) { squareRoot($0) } }
  default: return { out, x, n, _, _ in mapF64(out, x, n) { VF64(repeating: 1) / squareRoot($0) } }
  }
}

private func activationF64(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .sigmoid: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in sigmoid(v) } }
  case .gelu:
    return { out, x, n, _, _ in
      mapScalars(out, x, n) { (v: Double) in
        v == -.infinity ? -0.0 : 0.5 * v * erfc(v * -0.707_106_781_186_547_524_4)
      }
    }
  case .geluTanh:
    return { out, x, n, _, _ in
      mapScalars(out, x, n) { (v: Double) in
        v < -40 ? -0.0 : v * sigmoid(v * (1.595_769_121_605_730_7 + 0.071_354_816_272_600_25 * v * v))
      }
    }
  case .swish:
    return { out, x, n, a, _ in
      mapScalars(out, x, n) { (v: Double) in
        let s: Double = sigmoid(a * v)
        return s == 0 ? -0.0 : v * s
      }
    }
  case .softplus: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in softplus(v) } }
  case .softsign: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in v / (1 + fabs(v)) } }
  case .elu: return { out, x, n, a, _ in mapScalars(out, x, n) { (v: Double) in v < 0 ? a * expm1(v) : v } }
  case .selu:
    return { out, x, n, a, b in
      mapScalars(out, x, n) { (v: Double) in v <= 0 ? b * a * expm1(v) : b * v }
    }
  case .celu:
    return { out, x, n, a, _ in
      mapScalars(out, x, n) { (v: Double) in
        v / a < 0 ? positive(v) - positive(-a * expm1(v / a)) : positive(v)
      }
    }
  case .leakyRelu: return { out, x, n, a, _ in mapScalars(out, x, n) { (v: Double) in v < 0 ? a * v : v } }
  case .thresholdedRelu:
    return { out, x, n, a, _ in mapScalars(out, x, n) { (v: Double) in v <= a ? 0 : v } }
  case .hardSigmoid:
    return { out, x, n, a, b in mapScalars(out, x, n) { (v: Double) in unitClamp(a * v + b) } }
  case .hardSwish:
    return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in v * unitClamp(v / 6 + 0.5) } }
  case .mish:
    return { out, x, n, _, _ in
      mapScalars(out, x, n) { (v: Double) in v < -800 ? -0.0 : v * tanh(softplus(v)) }
    }
  case .clip:
    return { out, x, n, a, b in
      mapScalars(out, x, n) { (v: Double) in
        let bounded: Double = v < a ? a : v
        return bounded > b ? b : bounded
      }
    }
  case .shrink:
    return { out, x, n, a, b in
      mapScalars(out, x, n) { (v: Double) in v < -a ? v + b : v > a ? v - b : 0 }
    }
  case .affine: return { out, x, n, a, b in mapScalars(out, x, n) { (v: Double) in a * v + b } }
  default: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Double) in positive(v) } }
  }
}

/// max(x, 0), NaN staying NaN.
@inline(__always) private func positive(_ x: Double) -> Double { x < 0 ? 0 : x }

@inline(__always) private func unitClamp(_ x: Double) -> Double { x < 0 ? 0 : x > 1 ? 1 : x }

@inline(__always) private func sigmoid(_ x: Double) -> Double {
  let e: Double = exp(-fabs(x))
  return (x < 0 ? e : 1) / (1 + e)
}

@inline(__always) private func softplus(_ x: Double) -> Double {
  positive(x) + log1p(exp(-fabs(x)))
}
