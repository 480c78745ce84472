/// One vector register of a floating-point element: the words that every floating-point kernel is written
/// in. Kernels are generic over `Lanes: FloatLanes` and are called with `F32Lanes` or `F64Lanes`, so that
/// the compiler specialises them; the concrete operators of the standard library's SIMD types are only
/// reached through these functions, since in generic code the library picks slow forms.
///
/// Loads and stores ask for no alignment. `load(p, n)` reads the first `n` lanes and zeroes the rest,
/// `store(v, p, n)` writes the first `n`; neither touches memory past them.
protocol FloatLanes {
  associatedtype Element: BinaryFloatingPoint & SIMDScalar
  associatedtype Vector: SIMD where Vector.Scalar == Element

  static var count: Int { get }
  static var zero: Vector { get }
  static func splat(_ value: Element) -> Vector
  static func load(_ pointer: UnsafePointer<Element>) -> Vector
  static func load(_ pointer: UnsafePointer<Element>, _ count: Int) -> Vector
  static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Element>)
  static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Element>, _ count: Int)

  static func add(_ left: Vector, _ right: Vector) -> Vector
  static func subtract(_ left: Vector, _ right: Vector) -> Vector
  static func multiply(_ left: Vector, _ right: Vector) -> Vector
  static func divide(_ left: Vector, _ right: Vector) -> Vector
  /// `left * right + addend`, fused where the instruction set fuses.
  static func mulAdd(_ left: Vector, _ right: Vector, _ addend: Vector) -> Vector
  /// The smaller of both, lane by lane; `right` where either is not a number.
  static func minimum(_ left: Vector, _ right: Vector) -> Vector
  /// The larger of both, lane by lane; `right` where either is not a number.
  static func maximum(_ left: Vector, _ right: Vector) -> Vector
  /// The sum of all lanes, added pairwise: lane i with lane i + count/2, and so on.
  static func sum(_ vector: Vector) -> Element
}
