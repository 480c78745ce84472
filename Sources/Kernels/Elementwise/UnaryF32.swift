internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The f32 kernels of functions of one operand; trigonometric and inverse hyperbolic functions call the C
/// library, one element at a time.
func unaryF32(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .exp: return { out, x, n, _, _ in mapF32(out, x, n, vectorExp) }
  case .log: return { out, x, n, _, _ in mapF32(out, x, n, vectorLog) }
  case .tanh: return { out, x, n, _, _ in mapF32(out, x, n, vectorTanh) }
  case .erf: return { out, x, n, _, _ in mapF32(out, x, n, vectorErf) }
  case .sigmoid: return { out, x, n, _, _ in mapF32(out, x, n, vectorSigmoid) }
  case .gelu: return { out, x, n, _, _ in mapF32(out, x, n, vectorGelu) }
  case .geluTanh: return { out, x, n, _, _ in mapF32(out, x, n, vectorGeluTanh) }
  case .softplus: return { out, x, n, _, _ in mapF32(out, x, n, vectorSoftplus) }
  case .mish: return { out, x, n, _, _ in mapF32(out, x, n, vectorMish) }
  case .swish, .elu, .selu, .celu, .leakyRelu, .thresholdedRelu, .hardSigmoid, .hardSwish, .relu, .clip,
    .shrink, .affine, .softsign:
    return activationF32(function)
  case .abs: return { out, x, n, _, _ in mapF32(out, x, n, magnitude) }
  case .negate: return { out, x, n, _, _ in mapF32(out, x, n, negated) }
  case .sign: return { out, x, n, _, _ in mapF32(out, x, n, signOf) }
  case .square: return { out, x, n, _, _ in mapF32(out, x, n, squared) }
  case .reciprocal: return { out, x, n, _, _ in mapF32(out, x, n, inverted) }
  case .floor: return { out, x, n, _, _ in mapF32(out, x, n, roundDown) }
  case .ceil: return { out, x, n, _, _ in mapF32(out, x, n, roundUp) }
  case .round: return { out, x, n, _, _ in mapF32(out, x, n, roundEven) }
  case .sqrt: return { out, x, n, _, _ in mapF32(out, x, n, squareRoot) }
  case .reciprocalSqrt: return { out, x, n, _, _ in mapF32(out, x, n, inverseSquareRoot) }
  case .sin: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in sinf(v) } }
  case .cos: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in cosf(v) } }
  case .tan: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in tanf(v) } }
  case .asin: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in asinf(v) } }
  case .acos: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in acosf(v) } }
  case .atan: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in atanf(v) } }
  case .sinh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in sinhf(v) } }
  case .cosh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in coshf(v) } }
  case .asinh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in asinhf(v) } }
  case .acosh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in acoshf(v) } }
  case .atanh: return { out, x, n, _, _ in mapScalars(out, x, n) { (v: Float) in atanhf(v) } }
  }
}
