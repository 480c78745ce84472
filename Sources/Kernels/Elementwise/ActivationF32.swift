internal import KernelInterface

/// The f32 kernels of activations, most of them with parameters.
func activationF32(_ function: UnaryFunction) -> UnaryKernel {
  switch function {
  case .swish:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      @_transparent func body(_ x: VF32) -> VF32 { vectorSwish(x, a) }
      mapF32(out, x, n, body)
    }
  case .elu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      @_transparent func body(_ x: VF32) -> VF32 { select(x .< splat(0), a * vectorExpMinusOne(x), x) }
      mapF32(out, x, n, body)
    }
  case .selu:
    return { out, x, n, alpha, beta in
      let negative: VF32 = splat(Float(beta) * Float(alpha))
      let positive: VF32 = splat(Float(beta))
      @_transparent func body(_ x: VF32) -> VF32 {
        select(x .<= splat(0), negative * vectorExpMinusOne(x), positive * x)
      }
      mapF32(out, x, n, body)
    }
  case .celu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      @_transparent func body(_ x: VF32) -> VF32 { celu(x, a) }
      mapF32(out, x, n, body)
    }
  case .leakyRelu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      @_transparent func body(_ x: VF32) -> VF32 { select(x .< splat(0), a * x, x) }
      mapF32(out, x, n, body)
    }
  case .thresholdedRelu:
    return { out, x, n, alpha, _ in
      let a: VF32 = splat(Float(alpha))
      @_transparent func body(_ x: VF32) -> VF32 { select(x .<= a, splat(0), x) }
      mapF32(out, x, n, body)
    }
  case .hardSigmoid:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      @_transparent func body(_ x: VF32) -> VF32 { unitClamp(mulAdd(x, a, b)) }
      mapF32(out, x, n, body)
    }
  case .hardSwish: return { out, x, n, _, _ in mapF32(out, x, n, hardSwish) }
  case .clip:
    return { out, x, n, alpha, beta in
      let low: VF32 = splat(Float(alpha))
      let high: VF32 = splat(Float(beta))
      @_transparent func body(_ x: VF32) -> VF32 { minimum(high, maximum(low, x)) }
      mapF32(out, x, n, body)
    }
  case .shrink:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      @_transparent func body(_ x: VF32) -> VF32 { shrink(x, a, b) }
      mapF32(out, x, n, body)
    }
  case .affine:
    return { out, x, n, alpha, beta in
      let a: VF32 = splat(Float(alpha))
      let b: VF32 = splat(Float(beta))
      @_transparent func body(_ x: VF32) -> VF32 { mulAdd(x, a, b) }
      mapF32(out, x, n, body)
    }
  case .softsign: return { out, x, n, _, _ in mapF32(out, x, n, softsign) }
  default: return { out, x, n, _, _ in mapF32(out, x, n, positivePart) }
  }
}

@_transparent func celu(_ x: VF32, _ a: VF32) -> VF32 {
  let quotient: VF32 = x / a
  let negative: VF32 = a * vectorExpMinusOne(minimum(splat(0), quotient))
  return select(quotient .< splat(0), minimum(splat(0), negative), splat(0)) + maximum(splat(0), x)
}

@_transparent func shrink(_ x: VF32, _ lambda: VF32, _ bias: VF32) -> VF32 {
  let lower: VF32 = select(x .< (splat(0) - lambda), x + bias, splat(0))
  return select(x .> lambda, x - bias, lower)
}
