package import Graphs
internal import Tensors

/// A map of the sum is its scale on every term and its shift on one; a shift of a term is one of the sum.
extension SumOp: MapCrossing {
  package var broadcastsInputs: Bool { true }

  package func forward(_ map: AxisMap, from index: Int, _ node: AffineNode)
    -> (map: AxisMap, rewrite: AffineRewrite?)?
  {
    !map.hasScale && node.isAligned(index, with: map) ? (map, nil) : nil
  }

  package func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]] {
    let terms: Range<Int> = node.inputs.indices
    guard terms.allSatisfy({ node.constant($0) != nil || node.isAligned($0, with: map) }) else { return [] }
    let shifted: Range<Int> = map.hasShift ? terms : 0..<min(1, terms.count)
    return shifted.map { chosen in
      var choice: [Int: AxisMap] = [:]
      for term in terms where term == chosen || map.hasScale {
        choice[term] = term == chosen ? map : map.scaleOnly
      }
      return choice
    }
  }
}
