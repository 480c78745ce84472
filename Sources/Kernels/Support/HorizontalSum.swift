/// The sum of all lanes of one vector, pairwise: lane i with lane i + count/2 until one is left.
/// The order depends on the width alone.
@inline(__always) func horizontalSum(_ vector: SIMD16<Float>) -> Float {
  horizontalSum(vector.lowHalf + vector.highHalf)
}

@inline(__always) func horizontalSum(_ vector: SIMD8<Float>) -> Float {
  horizontalSum(vector.lowHalf + vector.highHalf)
}

@inline(__always) func horizontalSum(_ vector: SIMD4<Float>) -> Float {
  horizontalSum(vector.lowHalf + vector.highHalf)
}

@inline(__always) func horizontalSum(_ vector: SIMD2<Float>) -> Float {
  vector[0] + vector[1]
}

@inline(__always) func horizontalSum(_ vector: SIMD8<Double>) -> Double {
  horizontalSum(vector.lowHalf + vector.highHalf)
}

@inline(__always) func horizontalSum(_ vector: SIMD4<Double>) -> Double {
  horizontalSum(vector.lowHalf + vector.highHalf)
}

@inline(__always) func horizontalSum(_ vector: SIMD2<Double>) -> Double {
  vector[0] + vector[1]
}
