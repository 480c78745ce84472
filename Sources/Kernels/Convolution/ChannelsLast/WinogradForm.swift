/// The transforms of Winograd's minimal filtering F(m x m, 3 x 3): with polynomials' points p and infinity,
///
///     Y = A^T [(G g G^T) * (B^T d B)] A
///
/// where d is m + 2 inputs square, g the 3 x 3 weights and Y m x m outputs (Lavin and Gray, Fast Algorithms
/// for Convolutional Neural Networks, 2015). Each form says what one dimension does; both dimensions are
/// alike.
protocol WinogradForm {
  associatedtype Lanes: ProductLanes

  /// Inputs and outputs of one dimension.
  static var inputs: Int { get }
  static var outputs: Int { get }
  /// B^T: from `inputs` values to as many.
  static func enter(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void)
  /// A^T: from `inputs` values to `outputs`.
  static func leave(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void)
  /// Row `i` of G times (g0, g1, g2), for a register of kernels.
  static func weight(_ i: Int, _ g0: VF64, _ g1: VF64, _ g2: VF64) -> VF64
}

/// F(4 x 4, 3 x 3) with the points 0, +-1/sqrt(2), +-sqrt(2) and infinity, which lose a quarter as much to
/// rounding as 0, +-1, +-2 do: the error is at most about 5e-6 of the largest sum.
enum WinogradFour<Lanes: ProductLanes>: WinogradForm {
  @inline(__always) static var inputs: Int { 6 }
  @inline(__always) static var outputs: Int { 4 }

  @inline(__always) private static var half: Lanes.Vector { Lanes.splat(0.707_106_781_186_547_524_4) }
  @inline(__always) private static var root: Lanes.Vector { Lanes.splat(1.414_213_562_373_095_048_8) }

  @inline(__always)
  static func enter(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void) {
    let d1: Lanes.Vector = load(1)
    let d2: Lanes.Vector = load(2)
    let d3: Lanes.Vector = load(3)
    let d4: Lanes.Vector = load(4)
    let middle: Lanes.Vector = Lanes.splat(-2.5)
    store(0, Lanes.add(Lanes.mulAdd(middle, d2, load(0)), d4))
    // The smaller point: even part d4 - 2 d2, odd part (d3 - 2 d1) / sqrt(2).
    let two: Lanes.Vector = Lanes.splat(-2)
    let evenSmall: Lanes.Vector = Lanes.mulAdd(two, d2, d4)
    let oddSmall: Lanes.Vector = Lanes.mulAdd(two, d1, d3)
    store(1, Lanes.mulAdd(half, oddSmall, evenSmall))
    store(2, Lanes.mulAdd(Lanes.subtract(Lanes.zero, half), oddSmall, evenSmall))
    let part: Lanes.Vector = Lanes.splat(-0.5)
    let evenLarge: Lanes.Vector = Lanes.mulAdd(part, d2, d4)
    let oddLarge: Lanes.Vector = Lanes.mulAdd(part, d1, d3)
    store(3, Lanes.mulAdd(root, oddLarge, evenLarge))
    store(4, Lanes.mulAdd(Lanes.subtract(Lanes.zero, root), oddLarge, evenLarge))
    store(5, Lanes.add(Lanes.mulAdd(middle, d3, d1), load(5)))
  }

  @inline(__always)
  static func leave(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void) {
    let m1: Lanes.Vector = load(1)
    let m2: Lanes.Vector = load(2)
    let m3: Lanes.Vector = load(3)
    let m4: Lanes.Vector = load(4)
    let evenSmall: Lanes.Vector = Lanes.add(m1, m2)
    let evenLarge: Lanes.Vector = Lanes.add(m3, m4)
    let oddSmall: Lanes.Vector = Lanes.multiply(half, Lanes.subtract(m1, m2))
    let oddLarge: Lanes.Vector = Lanes.multiply(root, Lanes.subtract(m3, m4))
    store(0, Lanes.add(load(0), Lanes.add(evenSmall, evenLarge)))
    store(1, Lanes.add(oddSmall, oddLarge))
    store(2, Lanes.mulAdd(Lanes.splat(0.5), evenSmall, Lanes.add(evenLarge, evenLarge)))
    store(3, Lanes.add(Lanes.mulAdd(Lanes.splat(0.5), oddSmall, Lanes.add(oddLarge, oddLarge)), load(5)))
  }

  @inline(__always)
  static func weight(_ i: Int, _ g0: VF64, _ g1: VF64, _ g2: VF64) -> VF64 {
    let half: VF64 = VF64(repeating: 0.707_106_781_186_547_524_4)
    let root: VF64 = VF64(repeating: 1.414_213_562_373_095_048_8)
    let third: VF64 = VF64(repeating: -2.0 / 3)
    let sixth: VF64 = VF64(repeating: 1.0 / 6)
    let even: VF64 = g0 + VF64(repeating: 0.5) * g2
    let large: VF64 = g0 + g2 + g2
    switch i {
    case 0: return g0
    case 1: return (even + half * g1) * third
    case 2: return (even - half * g1) * third
    case 3: return (large + root * g1) * sixth
    case 4: return (large - root * g1) * sixth
    default: return g2
    }
  }
}

/// F(2 x 2, 3 x 3) with the points 0, +-1 and infinity: fewer products are saved, but there are fewer
/// transformed weights to read.
enum WinogradTwo<Lanes: ProductLanes>: WinogradForm {
  @inline(__always) static var inputs: Int { 4 }
  @inline(__always) static var outputs: Int { 2 }

  @inline(__always)
  static func enter(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void) {
    let d1: Lanes.Vector = load(1)
    let d2: Lanes.Vector = load(2)
    store(0, Lanes.subtract(load(0), d2))
    store(1, Lanes.add(d2, d1))
    store(2, Lanes.subtract(d2, d1))
    store(3, Lanes.subtract(load(3), d1))
  }

  @inline(__always)
  static func leave(_ load: (Int) -> Lanes.Vector, _ store: (Int, Lanes.Vector) -> Void) {
    let m1: Lanes.Vector = load(1)
    let m2: Lanes.Vector = load(2)
    store(0, Lanes.add(load(0), Lanes.add(m1, m2)))
    store(1, Lanes.add(Lanes.subtract(m1, m2), load(3)))
  }

  @inline(__always)
  static func weight(_ i: Int, _ g0: VF64, _ g1: VF64, _ g2: VF64) -> VF64 {
    let half: VF64 = VF64(repeating: 0.5)
    switch i {
    case 0: return g0
    case 1: return (g0 + g1 + g2) * half
    case 2: return (g0 - g1 + g2) * half
    default: return g2
    }
  }
}
