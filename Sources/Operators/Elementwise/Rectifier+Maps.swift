package import Graphs
internal import Tensors

/// An activation with f(s x) = s f(x) for s >= 0, which such scales cross; a channel whose scale is 0 is a
/// constant, and becomes what the activation makes of it.
package protocol Rectifier: MapCrossing {
  /// The activation of a number; nil where it is not one and the same for all elements.
  func value(at number: Double) -> Double?
}

extension Rectifier {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard index == 0, map.isNonnegative else { return nil }
    var result: AxisMap = map
    for c in 0..<map.count where map.shift[c] != 0 {
      guard map.scale[c] == 0, let constant = value(at: map.shift[c]) else { return nil }
      result.shift[c] = constant
    }
    return (result, nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    !map.hasShift && map.isNonnegative ? [[0: map]] : []
  }
}

extension ReluOp: Rectifier {
  package func value(at number: Double) -> Double? { max(number, 0) }
}

extension LeakyReluOp: Rectifier {
  package func value(at number: Double) -> Double? { number < 0 ? alpha * number : number }
}

extension PReluOp: Rectifier {
  package func value(at number: Double) -> Double? { number < 0 ? nil : number }
}
