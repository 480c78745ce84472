package import Graphs
internal import Tensors

/// A map crosses a conversion of floats towards the type of more precision and range, never the other way:
/// there it would be rounded, or overflow, where it did not before.
extension CastOp: MapCrossing {
  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    guard let source = node.inputs.first??.elementType, target.holds(source) else { return nil }
    return (map, nil)
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    guard let source = node.inputs.first??.elementType, source.holds(target) else { return [] }
    return [[0: map]]
  }
}

extension ElementType {
  /// Whether this float type has every number of the other one.
  fileprivate func holds(_ other: ElementType) -> Bool {
    switch (self, other) {
    case (.float64, .float64), (.float64, .float32), (.float64, .float16), (.float64, .bfloat16): true
    case (.float32, .float32), (.float32, .float16), (.float32, .bfloat16): true
    default: false
    }
  }
}
