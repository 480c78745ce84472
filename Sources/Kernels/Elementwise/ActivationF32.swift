internal import KernelInterface

/// The f32 kernels of activations, most of them with parameters.
func activationF32(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .swish:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      mapF32(out, x, n) { vectorSwish($0, a) }
    }
  case .elu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      mapF32(out, x, n) { select($0 .< splat(0), a * vectorExpMinusOne($0), $0) }
    }
  case .selu:
    return { out, x, n, alpha, beta in
      let negative: VF32 = splat(Float(beta) * Float(alpha))
      let positive: VF32 = splat(Float(beta))
      mapF32(out, x, n) { select($0 .<= splat(0), negative * vectorExpMinusOne($0), positive * $0) }
    }
  case .celu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      mapF32(out, x, n) { celu($0, a) }
    }
  case .leakyRelu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      mapF32(out, x, n) { select($0 .< splat(0), a * $0, $0) }
    }
  case .thresholdedRelu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      mapF32(out, x, n) { select($0 .<= a, splat(0), $0) }
    }
  case .hardSigmoid:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      mapF32(out, x, n) { unitClamp(mulAdd($0, a, b)) }
    }
  case .hardSwish:
    return { out, x, n, _, _ in
      mapF32(out, x, n) { $0 * unitClamp(mulAdd($0, splat(1 / 6), splat(0.5))) }
    }
  case .clip:
    return { out, x, n, alpha, beta in
      let low: VF32 = splat(Float(alpha))
      let high: VF32 = splat(Float(beta))
      mapF32(out, x, n) { minimum(high, maximum(low, $0)) }
    }
  case .shrink:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      mapF32(out, x, n) { shrink($0, a, b) }
    }
  case .affine:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      mapF32(out, x, n) { mulAdd($0, a, b) }
    }
  case .softsign: return { out, x, n, _, _ in mapF32(out, x, n) { $0 / (splat(1) + magnitude($0)) } }
  default: return { out, x, n, _, _ in mapF32(out, x, n) { maximum(splat(0), $0) } }
  }
}

/// x sigmoid(a x); x is bounded where the sigmoid has reached 0, so that an infinity gives no NaN.
@inline(__always) func vectorSwish(_ x: VF32, _ a: VF32) -> VF32 {
  let s: VF32 = vectorSigmoid(x * a)
  return select(s .== splat(0), splat(-0.0), x * s)
}

@inline(__always) private func celu(_ x: VF32, _ a: VF32) -> VF32 {
  let quotient: VF32 = x / a
  let negative: VF32 = a * vectorExpMinusOne(minimum(splat(0), quotient))
  return select(quotient .< splat(0), minimum(splat(0), negative), splat(0)) + maximum(splat(0), x)
}

@inline(__always) private func unitClamp(_ x: VF32) -> VF32 {
  minimum(splat(1), maximum(splat(0), x))
}

@inline(__always) private func shrink(_ x: VF32, _ lambda: VF32, _ bias: VF32) -> VF32 {
  let lower: VF32 = select(x .< (splat(0) - lambda), x + bias, splat(0))
  return select(x .> lambda, x - bias, lower)
}
