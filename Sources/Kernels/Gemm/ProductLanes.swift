internal import CVector
internal import KernelInterface

/// What products ask of a register beyond arithmetic: transposing blocks while packing, and activations.
protocol ProductLanes: FloatLanes where Element: Sendable {
  /// Transposes 4 x 4 elements: `out[j * outStride + i] = source[i * sourceStride + j]`.
  static func transpose4(
    _ source: UnsafePointer<Element>, _ sourceStride: Int, _ out: UnsafeMutablePointer<Element>,
    _ outStride: Int)
  /// Elements 0, 2, ... of the 2 * count - 1 at `source`.
  static func loadEven(_ source: UnsafePointer<Element>) -> Vector
  /// `left` where `test` is below zero, `right` elsewhere.
  static func selectNegative(_ test: Vector, _ left: Vector, _ right: Vector) -> Vector
  /// left * right + addend, also where `mulAdd` multiplies something else than floats.
  static func scaledSum(_ left: Vector, _ right: Vector, _ addend: Vector) -> Vector
  /// x sigmoid(a x).
  static func swish(_ x: Vector, _ a: Vector) -> Vector
  /// Applies an activation to `count` elements in place.
  static func activate(
    _ activation: Activation, _ parameter0: Element, _ parameter1: Element,
    _ values: UnsafeMutablePointer<Element>, _ count: Int)
}

extension ProductLanes {
  @inline(__always) static func scaledSum(_ left: Vector, _ right: Vector, _ addend: Vector) -> Vector {
    mulAdd(left, right, addend)
  }
}

extension F32Lanes: ProductLanes {
  @inline(__always) static func transpose4(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    ngraph_transpose4_f32(source, sourceStride, out, outStride)
  }

  @inline(__always) static func loadEven(_ source: UnsafePointer<Float>) -> VF32 {
    #if KERNELS_AVX512
      ngraph_load_even_f32x16(source)
    #elseif KERNELS_AVX2
      ngraph_load_even_f32x8(source)
    #else
      ngraph_load_even_f32x4(source)
    #endif
  }

  @inline(__always) static func selectNegative(_ test: VF32, _ left: VF32, _ right: VF32) -> VF32 {
    right.replacing(with: left, where: test .< zero)
  }

  @inline(__always) static func swish(_ x: VF32, _ a: VF32) -> VF32 { vectorSwish(x, a) }

  @inline(__always) static func activate(
    _ activation: Activation, _ parameter0: Float, _ parameter1: Float,
    _ values: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    activateF32(activation, parameter0, parameter1, values, count)
  }
}

extension F64Lanes: ProductLanes {
  @inline(__always) static func transpose4(
    _ source: UnsafePointer<Double>, _ sourceStride: Int, _ out: UnsafeMutablePointer<Double>,
    _ outStride: Int
  ) {
    ngraph_transpose4_f64(source, sourceStride, out, outStride)
  }

  @inline(__always) static func loadEven(_ source: UnsafePointer<Double>) -> VF64 {
    #if KERNELS_AVX512
      ngraph_load_even_f64x8(source)
    #elseif KERNELS_AVX2
      ngraph_load_even_f64x4(source)
    #else
      ngraph_load_even_f64x2(source)
    #endif
  }

  @inline(__always) static func selectNegative(_ test: VF64, _ left: VF64, _ right: VF64) -> VF64 {
    right.replacing(with: left, where: test .< zero)
  }

  @inline(__always) static func swish(_ x: VF64, _ a: VF64) -> VF64 {
    var result: VF64 = x
    for i in 0..<count { result[i] = activatedF64(.swish, a[i], 0, x[i]) }
    return result
  }

  @inline(__always) static func activate(
    _ activation: Activation, _ parameter0: Double, _ parameter1: Double,
    _ values: UnsafeMutablePointer<Double>, _ count: Int
  ) {
    activateF64(activation, parameter0, parameter1, values, count)
  }
}
