/// One-line functions of one and two registers. The loops of elementwise kernels take them by name: a named
/// transparent function is always inlined, a closure may not be.
@_transparent func identity(_ x: VF32) -> VF32 { x }
@_transparent func squared(_ x: VF32) -> VF32 { x * x }
@_transparent func negated(_ x: VF32) -> VF32 { float(bits: bits(x) ^ VI32(repeating: .min)) }
@_transparent func inverted(_ x: VF32) -> VF32 { splat(1) / x }
@_transparent func inverseSquareRoot(_ x: VF32) -> VF32 { splat(1) / squareRoot(x) }
@_transparent func positivePart(_ x: VF32) -> VF32 { maximum(splat(0), x) }
@_transparent func softsign(_ x: VF32) -> VF32 { x / (splat(1) + magnitude(x)) }
@_transparent func hardSwish(_ x: VF32) -> VF32 { x * unitClamp((x + splat(3)) / splat(6)) }
@_transparent func unitClamp(_ x: VF32) -> VF32 { minimum(splat(1), maximum(splat(0), x)) }

/// 1, -1, or x itself where it is zero or not a number.
@_transparent func signOf(_ x: VF32) -> VF32 {
  select(magnitude(x) .> splat(0), withSign(splat(1), of: x), x)
}

@_transparent func added(_ a: VF32, _ b: VF32) -> VF32 { a + b }
@_transparent func subtracted(_ a: VF32, _ b: VF32) -> VF32 { a - b }
@_transparent func multiplied(_ a: VF32, _ b: VF32) -> VF32 { a * b }
@_transparent func divided(_ a: VF32, _ b: VF32) -> VF32 { a / b }
@_transparent func parametricRelu(_ a: VF32, _ b: VF32) -> VF32 { select(a .< splat(0), a * b, a) }

/// The smaller, or NaN where either is not a number.
@_transparent func lesser(_ a: VF32, _ b: VF32) -> VF32 { select(a .== a, minimum(a, b), a) }
/// The larger, or NaN where either is not a number.
@_transparent func greater(_ a: VF32, _ b: VF32) -> VF32 { select(a .== a, maximum(a, b), a) }

@_transparent func squareOfFirst(_ a: VF32, _ b: VF32) -> VF32 { a * a }
@_transparent func firstOf(_ a: VF32, _ b: VF32) -> VF32 { a }
@_transparent func inverseOfFirst(_ a: VF32, _ b: VF32) -> VF32 { splat(1) / a }

/// a to the power 1/2, which is infinite for -infinity and positive for -0.
@_transparent func powerOneHalf(_ a: VF32, _ b: VF32) -> VF32 {
  select(a .== splat(-.infinity), splat(.infinity), squareRoot(a + splat(0)))
}
