package import Graphs
internal import Tensors

/// An activation with f(s x) = s f(x) for s >= 0, which such scales cross.
package protocol Rectifier: MapCrossing {}

extension Rectifier {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    index == 0 && !map.hasShift && map.isNonnegative ? (map, nil) : nil
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    !map.hasShift && map.isNonnegative ? [[0: map]] : []
  }
}

extension ReluOp: Rectifier {}
extension LeakyReluOp: Rectifier {}
extension PReluOp: Rectifier {}
