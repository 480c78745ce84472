internal import KernelInterface

/// Applies an activation to floats in place.
@inline(never)
func activateF32(
  _ activation: Activation, _ p0: Float, _ p1: Float, _ values: UnsafeMutablePointer<Float>, _ count: Int
) {
  let x: UnsafePointer<Float> = UnsafePointer(values)
  let first: VF32 = splat(p0)
  let second: VF32 = splat(p1)
  @_transparent func swish(_ x: VF32) -> VF32 { vectorSwish(x, first) }
  @_transparent func elu(_ x: VF32) -> VF32 { select(x .< splat(0), first * vectorExpMinusOne(x), x) }
  @_transparent func relu(_ x: VF32) -> VF32 { maximum(splat(0), x) }
  @_transparent func leakyRelu(_ x: VF32) -> VF32 { select(x .< splat(0), first * x, x) }
  @_transparent func clip(_ x: VF32) -> VF32 { minimum(second, maximum(first, x)) }
  @_transparent func hardSigmoid(_ x: VF32) -> VF32 { unitInterval(mulAdd(x, first, second)) }
  @_transparent func hardSwish(_ x: VF32) -> VF32 { x * unitInterval(mulAdd(x, splat(1 / 6), splat(0.5))) }
  switch activation {
  case .none: break
  case .relu: mapF32(values, x, count, relu)
  case .leakyRelu: mapF32(values, x, count, leakyRelu)
  case .clip: mapF32(values, x, count, clip)
  case .sigmoid: mapF32(values, x, count, vectorSigmoid)
  case .tanh: mapF32(values, x, count, vectorTanh)
  case .gelu: mapF32(values, x, count, vectorGelu)
  case .geluTanh: mapF32(values, x, count, vectorGeluTanh)
  case .swish: mapF32(values, x, count, swish)
  case .hardSigmoid: mapF32(values, x, count, hardSigmoid)
  case .hardSwish: mapF32(values, x, count, hardSwish)
  case .elu: mapF32(values, x, count, elu)
  case .softplus: mapF32(values, x, count, vectorSoftplus)
  case .mish: mapF32(values, x, count, vectorMish)
  }
}

@_transparent private func unitInterval(_ x: VF32) -> VF32 {
  minimum(splat(1), maximum(splat(0), x))
}
