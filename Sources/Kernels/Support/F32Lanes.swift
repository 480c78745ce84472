internal import CVector

/// A register of `Float`: single precision, the width of this module's instruction set.
enum F32Lanes: FloatLanes {
  typealias Element = Float
  typealias Vector = VF32

  @inline(__always) static var count: Int { Vector.scalarCount }
  @inline(__always) static var zero: Vector { Vector(repeating: 0) }
  @inline(__always) static func splat(_ value: Float) -> Vector { Vector(repeating: value) }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  @inline(__always) static func load(_ pointer: UnsafePointer<Float>, _ count: Int) -> Vector {
    #if KERNELS_AVX512
      ngraph_load_f32x16(pointer, count)
    #elseif KERNELS_AVX2
      ngraph_load_f32x8(pointer, count)
    #else
      ngraph_load_f32x4(pointer, count)
    #endif
  }

  @inline(__always) static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
  }

  @inline(__always)
  static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    #if KERNELS_AVX512
      ngraph_store_f32x16(pointer, count, vector)
    #elseif KERNELS_AVX2
      ngraph_store_f32x8(pointer, count, vector)
    #else
      ngraph_store_f32x4(pointer, count, vector)
    #endif
  }

  @inline(__always) static func add(_ left: Vector, _ right: Vector) -> Vector { left + right }
  @inline(__always) static func subtract(_ left: Vector, _ right: Vector) -> Vector { left - right }
  @inline(__always) static func multiply(_ left: Vector, _ right: Vector) -> Vector { left * right }
  @inline(__always) static func divide(_ left: Vector, _ right: Vector) -> Vector { left / right }

  @inline(__always) static func mulAdd(_ left: Vector, _ right: Vector, _ addend: Vector) -> Vector {
    ngraph_fuses() ? addend.addingProduct(left, right) : left * right + addend
  }

  @inline(__always) static func minimum(_ left: Vector, _ right: Vector) -> Vector {
    right.replacing(with: left, where: left .< right)
  }

  @inline(__always) static func maximum(_ left: Vector, _ right: Vector) -> Vector {
    right.replacing(with: left, where: left .> right)
  }

  @inline(__always) static func sum(_ vector: Vector) -> Float { horizontalSum(vector) }
}
