/// What becomes of the sums of a register tile as they are stored:
///
///     out = min(max(sum + residualScale * residual, low), high)
struct TileEnding<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  /// What sums of a column begin with.
  var left: Lanes.Vector = Lanes.zero
  var right: Lanes.Vector = Lanes.zero
  /// Whether sums begin with what is stored instead.
  var continues: Bool = false
  var residual: UnsafePointer<Element>? = nil
  var residualPitch: Int = 0
  var residualScale: Lanes.Vector = Lanes.zero
  var low: Lanes.Vector = Lanes.splat(-Element.infinity)
  var high: Lanes.Vector = Lanes.splat(Element.infinity)

  @inline(__always) func clamped(_ value: Lanes.Vector) -> Lanes.Vector {
    Lanes.minimum(high, Lanes.maximum(low, value))
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ residual: UnsafePointer<Element>) -> Lanes.Vector {
    Lanes.scaledSum(Lanes.load(residual), residualScale, sum)
  }
}
