internal import CVector
internal import KernelInterface

/// The family of conversions: every pair of element types. Pairs with a 16-bit floating type go through
/// f32, in blocks, but for f64 to them, which is rounded once.
let conversionKernels = ConversionKernels(kernel: { from, to in conversionKernel(from, to) })

private func conversionKernel(_ from: KernelElement, _ to: KernelElement) -> ConversionKernel {
  if from == to { return copyKernel(from.size) }
  switch (from, to) {
  case (.float16, .float32): return { mapScalars($0, $1, $2) { (x: UInt16) in ngraph_f32_of_f16(x) } }
  case (.bfloat16, .float32): return { mapScalars($0, $1, $2) { (x: UInt16) in ngraph_f32_of_bf16(x) } }
  case (.float32, .float16): return { mapScalars($0, $1, $2) { (x: Float) in ngraph_f16_of_f32(x) } }
  case (.float32, .bfloat16): return { mapScalars($0, $1, $2) { (x: Float) in ngraph_bf16_of_f32(x) } }
  case (.float64, .float16):
    return { mapScalars($0, $1, $2) { (x: Double) in ngraph_f16_of_f32(ngraph_f32_of_f64_to_odd(x)) } }
  case (.float64, .bfloat16):
    return { mapScalars($0, $1, $2) { (x: Double) in ngraph_bf16_of_f32(ngraph_f32_of_f64_to_odd(x)) } }
  case (.float16, _), (.bfloat16, _), (_, .float16), (_, .bfloat16):
    return chained(conversionKernel(from, .float32), conversionKernel(.float32, to), from.size, to.size)
  case (.float32, _): return fromFloat32(to)
  case (.float64, _): return fromFloat64(to)
  case (.int8, _): return fromInteger(Int8.self, to)
  case (.int16, _): return fromInteger(Int16.self, to)
  case (.int32, _): return fromInteger(Int32.self, to)
  case (.int64, _): return fromInteger(Int64.self, to)
  case (.uint8, _), (.bool, _): return fromInteger(UInt8.self, to)
  case (.uint16, _): return fromInteger(UInt16.self, to)
  case (.uint32, _): return fromInteger(UInt32.self, to)
  case (.uint64, _): return fromInteger(UInt64.self, to)
  }
}

private func copyKernel(_ size: Int) -> ConversionKernel {
  switch size {
  case 1: { mapScalars($0, $1, $2) { (x: UInt8) in x } }
  case 2: { mapScalars($0, $1, $2) { (x: UInt16) in x } }
  case 4: { mapScalars($0, $1, $2) { (x: UInt32) in x } }
  default: { mapScalars($0, $1, $2) { (x: UInt64) in x } }
  }
}

/// One conversion after the other, over blocks of 256 elements of f32.
private func chained(
  _ first: @escaping ConversionKernel, _ second: @escaping ConversionKernel, _ fromSize: Int, _ toSize: Int
) -> ConversionKernel {
  return { out, input, count in
    var block: (SIMD64<Float>, SIMD64<Float>, SIMD64<Float>, SIMD64<Float>) = (.zero, .zero, .zero, .zero)
    withUnsafeMutablePointer(to: &block) { pointer in
      let buffer = UnsafeMutableRawPointer(pointer)
      var i: Int = 0
      while i < count {
        let n: Int = count &- i < 256 ? count &- i : 256
        first(buffer, input + i &* fromSize, n)
        second(out + i &* toSize, buffer, n)
        i &+= n
      }
    }
  }
}
