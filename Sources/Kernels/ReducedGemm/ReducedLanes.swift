internal import KernelInterface

/// A register of 32-bit words that each hold several short numbers of one lane, adjacent in depth, or the sum
/// of their products. Words travel as the bits of floats, so that the tiles and vector products of f32 serve
/// as they are: `mulAdd(a, b, sum)` adds the products of all numbers of the words of `a` and `b` to `sum`.
protocol ReducedLanes: ProductLanes, SendableMetatype where Element == Float, Vector == VF32 {
  /// Numbers in a word.
  static var group: Int { get }

  /// Whether numbers are integers, which lanes scale each in its own way.
  static var isQuantized: Bool { get }

  /// What a `mulAdd` costs, in tenths of that of floats; and the cycles that it takes to gather and encode a
  /// register of floats, and a row beyond those of its registers.
  static var stepCost: Int { get }
  static var entryCost: Int { get }
  static var rowCost: Int { get }

  /// The word of weights nearest to `group` numbers times `factor`.
  static func weightWord(_ numbers: SIMD4<Float>, _ factor: Float) -> UInt32
  /// Writes the numbers of lane `lane` that are nearest to `count` floats, adjacent.
  static func encode(
    _ source: UnsafePointer<Float>, _ count: Int, _ codes: LaneCodes, _ lane: Int,
    _ to: UnsafeMutableRawPointer)
  /// Writes one word for each of `lanes` adjacent lanes: of `steps` rows, `stride` apart, zeros for those
  /// that a word lacks.
  static func encodeWords(
    _ source: UnsafePointer<Float>, _ stride: Int, _ steps: Int, _ lanes: Int, _ codes: LaneCodes,
    _ to: UnsafeMutablePointer<UInt32>)
}

/// How the lanes of a panel become integers: nearest(x * factor) + zero, bounded.
struct LaneCodes {
  var factors: UnsafeMutablePointer<Float>
  var zeros: UnsafeMutablePointer<Int32>
  var low: Int32
  var high: Int32
}

/// All but the products is as for floats.
extension ReducedLanes {
  @inline(__always) static var count: Int { F32Lanes.count }
  @inline(__always) static var zero: VF32 { F32Lanes.zero }
  @inline(__always) static func splat(_ value: Float) -> VF32 { F32Lanes.splat(value) }
  @inline(__always) static func load(_ pointer: UnsafePointer<Float>) -> VF32 { F32Lanes.load(pointer) }
  @inline(__always) static func load(_ pointer: UnsafePointer<Float>, _ count: Int) -> VF32 {
    F32Lanes.load(pointer, count)
  }
  @inline(__always) static func store(_ vector: VF32, _ pointer: UnsafeMutablePointer<Float>) {
    F32Lanes.store(vector, pointer)
  }
  @inline(__always) static func store(_ vector: VF32, _ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
    F32Lanes.store(vector, pointer, count)
  }
  @inline(__always) static func scaledSum(_ left: VF32, _ right: VF32, _ addend: VF32) -> VF32 {
    F32Lanes.mulAdd(left, right, addend)
  }
  @inline(__always) static func add(_ left: VF32, _ right: VF32) -> VF32 { left + right }
  @inline(__always) static func subtract(_ left: VF32, _ right: VF32) -> VF32 { left - right }
  @inline(__always) static func multiply(_ left: VF32, _ right: VF32) -> VF32 { left * right }
  @inline(__always) static func divide(_ left: VF32, _ right: VF32) -> VF32 { left / right }
  @inline(__always) static func minimum(_ left: VF32, _ right: VF32) -> VF32 { F32Lanes.minimum(left, right) }
  @inline(__always) static func maximum(_ left: VF32, _ right: VF32) -> VF32 { F32Lanes.maximum(left, right) }
  @inline(__always) static func sum(_ vector: VF32) -> Float { F32Lanes.sum(vector) }
  @inline(__always) static func loadEven(_ source: UnsafePointer<Float>) -> VF32 { F32Lanes.loadEven(source) }
  @inline(__always) static func selectNegative(_ test: VF32, _ left: VF32, _ right: VF32) -> VF32 {
    F32Lanes.selectNegative(test, left, right)
  }
  @inline(__always) static func swish(_ x: VF32, _ a: VF32) -> VF32 { F32Lanes.swish(x, a) }
  @inline(__always) static func transpose4(
    _ source: UnsafePointer<Float>, _ sourceStride: Int, _ out: UnsafeMutablePointer<Float>, _ outStride: Int
  ) {
    F32Lanes.transpose4(source, sourceStride, out, outStride)
  }
  @inline(__always) static func activate(
    _ activation: Activation, _ parameter0: Float, _ parameter1: Float,
    _ values: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    F32Lanes.activate(activation, parameter0, parameter1, values, count)
  }
}
