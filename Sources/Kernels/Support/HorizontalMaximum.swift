/// The largest lane of one vector of numbers that are not NaN.
@inline(__always) func horizontalMaximum(_ vector: SIMD16<Float>) -> Float {
  let (low, high): (SIMD8<Float>, SIMD8<Float>) = (vector.lowHalf, vector.highHalf)
  return horizontalMaximum(low.replacing(with: high, where: high .> low))
}

@inline(__always) func horizontalMaximum(_ vector: SIMD8<Float>) -> Float {
  let (low, high): (SIMD4<Float>, SIMD4<Float>) = (vector.lowHalf, vector.highHalf)
  return horizontalMaximum(low.replacing(with: high, where: high .> low))
}

@inline(__always) func horizontalMaximum(_ vector: SIMD4<Float>) -> Float {
  let (low, high): (SIMD2<Float>, SIMD2<Float>) = (vector.lowHalf, vector.highHalf)
  let larger: SIMD2<Float> = low.replacing(with: high, where: high .> low)
  return larger[0] > larger[1] ? larger[0] : larger[1]
}
