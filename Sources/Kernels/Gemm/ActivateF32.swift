internal import KernelInterface

/// Applies an activation to floats in place.
@inline(never)
func activateF32(
  _ activation: Activation, _ p0: Float, _ p1: Float, _ values: UnsafeMutablePointer<Float>, _ count: Int
) {
  let x: UnsafePointer<Float> = UnsafePointer(values)
  let first: VF32 = splat(p0)
  let second: VF32 = splat(p1)
  switch activation {
  case .none: break
  case .relu: mapF32(values, x, count) { maximum(splat(0), $0) }
  case .leakyRelu: mapF32(values, x, count) { select($0 .< splat(0), first * $0, $0) }
  case .clip: mapF32(values, x, count) { minimum(second, maximum(first, $0)) }
  case .sigmoid: mapF32(values, x, count) { vectorSigmoid($0) }
  case .tanh: mapF32(values, x, count) { vectorTanh($0) }
  case .gelu: mapF32(values, x, count) { vectorGelu($0) }
  case .geluTanh: mapF32(values, x, count) { vectorGeluTanh($0) }
  case .swish: mapF32(values, x, count) { vectorSwish($0, first) }
  case .hardSigmoid: mapF32(values, x, count) { unitInterval(mulAdd($0, first, second)) }
  case .hardSwish: mapF32(values, x, count) { $0 * unitInterval(mulAdd($0, splat(1 / 6), splat(0.5))) }
  case .elu: mapF32(values, x, count) { select($0 .< splat(0), first * vectorExpMinusOne($0), $0) }
  case .softplus: mapF32(values, x, count) { vectorSoftplus($0) }
  case .mish: mapF32(values, x, count) { vectorMish($0) }
  }
}

@inline(__always) private func unitInterval(_ x: VF32) -> VF32 {
  minimum(splat(1), maximum(splat(0), x))
}
