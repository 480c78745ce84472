import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct FoldableConstantTests {
  private static let types: [ElementType] = [.float16, .bfloat16, .float32, .float64]

  private func constant(_ shape: Shape, _ type: ElementType, seed: UInt64 = 3) -> FoldableConstant {
    var generator = SeededGenerator(seed: seed)
    let values: [Double] = (0..<shape.count).map { _ in Double.random(in: -1...1, using: &generator) }
    return FoldableConstant(Tensor(rounding: values, to: type, shape))
  }

  private func factors(_ view: Shape, _ shape: Shape, seed: UInt64 = 5) -> FoldableConstant.Factors {
    var generator = SeededGenerator(seed: seed)
    let values: [Double] = (0..<shape.count).map { _ in Double.random(in: 0.25...4, using: &generator) }
    return FoldableConstant.Factors(view: view, shape: shape, values: values)
  }

  @Test("Factors broadcast over any axes, below and above the size of a block")
  func broadcasting() throws {
    let shapes: [(view: Shape, factors: Shape)] = [
      ([3, 4, 5], [3, 1, 1]), ([3, 4, 5], [1, 4, 1]), ([3, 4, 5], [1, 1, 5]), ([3, 4, 5], [3, 1, 5]),
      ([3, 4, 5], [1, 4, 5]), ([3, 4, 5], [3, 4, 5]), ([3, 4, 5], [1, 1, 1]), ([7], [7]), ([7], [1]),
      ([90, 250], [90, 1]), ([90, 250], [1, 250]), ([20, 30, 40], [20, 1, 40]), ([1, 1], [1, 1]),
      ([2, 0, 3], [2, 1, 1]),
    ]
    for (view, shape) in shapes {
      let start: FoldableConstant = constant(view, .float64)
      let factors: FoldableConstant.Factors = factors(view, shape)
      let scaled: [Double] = try #require(start.scaled(by: factors)?.doubles)
      let original: [Double] = try #require(start.doubles)
      var strides: [Int] = shape.strides
      for axis in 0..<shape.rank where shape[axis] == 1 { strides[axis] = 0 }
      for element in 0..<view.count {
        let index: Int = (0..<view.rank).reduce(0) {
          $0 + element / view.strides[$1] % view[$1] * strides[$1]
        }
        #expect(scaled[element] == original[element] * factors.values[index], "\(view) by \(shape)")
      }
    }
  }

  @Test("Several foldings are rounded once: at most half a unit in the last place from the exact product")
  func roundsOnce() throws {
    for type in Self.types {
      for shape in [[6, 5], [200, 150]] as [Shape] {
        let rows: Shape = [shape[0], 1]
        let columns: Shape = [1, shape[1]]
        let start: FoldableConstant = constant(shape, type)
        var folded: FoldableConstant = start
        var exact: [Double] = try #require(start.doubles)
        for (seed, part) in [rows, columns, rows, columns].enumerated() {
          let factors: FoldableConstant.Factors = factors(shape, part, seed: UInt64(seed + 1))
          folded = try #require(folded.scaled(by: factors))
          for element in exact.indices {
            let index: Int = part == rows ? element / shape[1] : element % shape[1]
            exact[element] *= factors.values[index]
          }
        }
        let rounded: Tensor = folded.rounded
        #expect(rounded.elementType == type)
        #expect(rounded.doubles == Tensor(rounding: exact, to: type, shape).doubles)
        let error: FoldingError = folded.error(of: rounded)
        #expect(error.ulps <= 0.5)
        if type != .float64 { #expect(error.ulps > 0.25 && error.relative > 0) }
      }
    }
  }

  @Test("A constant rounded after each folding is more than half a unit away, which the error shows")
  func roundingTwiceShows() throws {
    let start: FoldableConstant = constant([200, 150], .float16)
    let factors: FoldableConstant.Factors = factors([200, 150], [200, 1])
    let once: FoldableConstant = try #require(start.scaled(by: factors)?.scaled(by: factors))
    let between: Tensor = try #require(start.scaled(by: factors)).rounded
    let twice: Tensor = try #require(FoldableConstant(between).scaled(by: factors)).rounded
    #expect(once.error(of: twice).ulps > 0.5)
  }

  @Test("A large constant is computed when it is read, and any part of it is the same elements")
  func deferral() throws {
    for type in [.float16, .bfloat16, .float32] as [ElementType] {
      let shape: Shape = [400, 300]
      let start: FoldableConstant = constant(shape, type)
      let folded: FoldableConstant = try #require(
        start.scaled(by: factors(shape, [400, 1]))?.centered(along: 1)?.scaled(by: factors(shape, [1, 300])))
      let rounded: Tensor = folded.rounded
      #expect(rounded.isDeferred)
      let whole = Tensor(rounding: try #require(folded.doubles), to: type, shape)
      for range in [0..<1, 299..<301, 1234..<99_999, 119_999..<120_000] as [Range<Int>] {
        let width: Int = type.byteWidth
        let bytes: Range<Int> = range.lowerBound * width..<range.upperBound * width
        var part = [UInt8](repeating: 0xA5, count: bytes.count + 8)
        part.withUnsafeMutableBytes { rounded.read(bytes, into: $0.baseAddress!) }
        let expected = UnsafeRawBufferPointer(start: whole.base, count: whole.byteCount)[bytes]
        #expect(part.dropLast(8).elementsEqual(expected))
        #expect(part.suffix(8).allSatisfy { $0 == 0xA5 })
      }
      #expect(rounded.isDeferred)
      #expect(rounded.doubles == whole.doubles)
      #expect(folded.error(of: rounded).ulps <= 0.5)
    }
  }

  @Test("Centering takes off the mean along any axis, also after a scale")
  func centering() throws {
    for shape in [[4, 6], [3, 5, 7], [120, 100]] as [Shape] {
      for axis in 0..<shape.rank {
        let start: FoldableConstant = constant(shape, .float64)
        let scaled: FoldableConstant = try #require(start.scaled(by: factors(shape, shape)))
        let values: [Double] = try #require(scaled.doubles)
        let centered: [Double] = try #require(scaled.centered(along: axis)?.doubles)
        let inner: Int = shape.extents[(axis + 1)...].reduce(1, *)
        for element in 0..<shape.count {
          let first: Int = element / (inner * shape[axis]) * inner * shape[axis] + element % inner
          let mean: Double =
            (0..<shape[axis]).reduce(0) { $0 + values[first + $1 * inner] } / Double(shape[axis])
          #expect(abs(centered[element] - (values[element] - mean)) < 1e-14)
        }
      }
    }
    #expect(constant([2, 3], .float32).centered(along: 2) == nil)
  }

  @Test("A factor that takes an element out of the type's range is refused, one that only might is not")
  func overflow() throws {
    let large = FoldableConstant(Tensor(rounding: [60000, 1], to: .float16, [2]))
    func by(_ a: Double, _ b: Double) -> FoldableConstant? {
      large.scaled(by: FoldableConstant.Factors(view: [2], shape: [2], values: [a, b]))
    }
    #expect(by(2, 1) == nil)
    #expect(by(1, 1000)?.rounded.doubles == [60000, 1000])
    #expect(by(.nan, 1) == nil)
    #expect(by(1, .infinity) == nil)
    let notFinite = FoldableConstant(Tensor(rounding: [.infinity, 1], to: .float32, [2]))
    #expect(notFinite.scaled(by: FoldableConstant.Factors(view: [2], shape: [1], values: [0.5])) == nil)
  }

  @Test("Results that would be subnormal become zero, but for float16")
  func subnormals() throws {
    let half = FoldableConstant.Factors(view: [1], shape: [1], values: [0.5])
    let least: [(ElementType, Double)] = [(.float32, 0x1p-126), (.bfloat16, 0x1p-126), (.float64, 0x1p-1022)]
    for (type, value) in least {
      let folded = FoldableConstant(Tensor(rounding: [value], to: type, [1])).scaled(by: half)
      #expect(folded?.rounded.doubles == [0])
    }
    let small = FoldableConstant(Tensor(rounding: [0x1p-14], to: .float16, [1])).scaled(by: half)
    #expect(small?.rounded.doubles == [0x1p-15])
  }

  @Test("Integers are no foldable elements")
  func integers() {
    let constant = FoldableConstant(Tensor([Int32(1), 2]))
    #expect(constant.doubles == nil)
    #expect(constant.scaled(by: FoldableConstant.Factors(view: [2], shape: [1], values: [2])) == nil)
    #expect(constant.centered(along: 0) == nil)
  }
}
