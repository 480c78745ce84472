internal import KernelInterface

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

  /// Brings an activation in, where it is a clamp.
  @inline(__always)
  mutating func clamp(_ activation: Activation, _ parameter0: Element, _ parameter1: Element) {
    if activation.rawValue == Activation.relu.rawValue { low = Lanes.zero }
    if activation.rawValue == Activation.clip.rawValue {
      low = Lanes.splat(parameter0)
      high = Lanes.splat(parameter1)
    }
  }

  @inline(__always) func clamped(_ value: Lanes.Vector) -> Lanes.Vector {
    Lanes.minimum(high, Lanes.maximum(low, value))
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ residual: UnsafePointer<Element>) -> Lanes.Vector {
    Lanes.scaledSum(Lanes.load(residual), residualScale, sum)
  }
}

extension Activation {
  /// Whether a `TileEnding` can apply it, or there is none.
  @inline(__always) var isClamp: Bool {
    rawValue == Activation.none.rawValue || rawValue == Activation.relu.rawValue
      || rawValue == Activation.clip.rawValue
  }
}
