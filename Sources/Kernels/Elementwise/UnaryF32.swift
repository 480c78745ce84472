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
  case .exp: return { out, x, n, _, _ in mapF32(out, x, n) { vectorExp($0) } }
  case .log: return { out, x, n, _, _ in mapF32(out, x, n) { vectorLog($0) } }
  case .tanh: return { out, x, n, _, _ in mapF32(out, x, n) { vectorTanh($0) } }
  case .erf: return { out, x, n, _, _ in mapF32(out, x, n) { vectorErf($0) } }
  case .sigmoid: return { out, x, n, _, _ in mapF32(out, x, n) { vectorSigmoid($0) } }
  case .gelu: return { out, x, n, _, _ in mapF32(out, x, n) { vectorGelu($0) } }
  case .geluTanh: return { out, x, n, _, _ in mapF32(out, x, n) { vectorGeluTanh($0) } }
  case .softplus: return { out, x, n, _, _ in mapF32(out, x, n) { vectorSoftplus($0) } }
  case .mish: return { out, x, n, _, _ in mapF32(out, x, n) { vectorMish($0) } }
  case .swish, .elu, .selu, .celu, .leakyRelu, .thresholdedRelu, .hardSigmoid, .hardSwish, .relu, .clip,
    .shrink, .affine, .softsign:
    return activationF32(function)
  case .abs: return { out, x, n, _, _ in mapF32(out, x, n) { magnitude($0) } }
  case .negate:
    return { out, x, n, _, _ in mapF32(out, x, n) { float(bits: bits($0) ^ VI32(repeating: .min)) } }
  case .sign:
    return { out, x, n, _, _ in
      mapF32(out, x, n) { select(magnitude($0) .> splat(0), withSign(splat(1), of: $0), $0) }
    }
  case .square: return { out, x, n, _, _ in mapF32(out, x, n) { $0 * $0 } }
  case .reciprocal: return { out, x, n, _, _ in mapF32(out, x, n) { splat(1) / $0 } }
  case .floor: return { out, x, n, _, _ in mapF32(out, x, n) { roundDown($0) } }
  case .ceil: return { out, x, n, _, _ in mapF32(out, x, n) { roundUp($0) } }
  case .round: return { out, x, n, _, _ in mapF32(out, x, n) { roundEven($0) } }
  case .sqrt: return { out, x, n, _, _ in mapF32(out, x, n) { squareRoot($0) } }
  case .reciprocalSqrt: return { out, x, n, _, _ in mapF32(out, x, n) { splat(1) / squareRoot($0) } }
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
