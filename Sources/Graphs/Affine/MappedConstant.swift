package import Tensors

extension FoldableConstant {
  /// The constant after `map`, whose axis is one of a value of rank `rank` to which the constant broadcasts;
  /// the constant is repeated along that axis where it has one element there. nil where the constant goes
  /// along the axis with another extent, or a result is no finite number of its type.
  package func mapped(by map: AxisMap, rank: Int) -> FoldableConstant? {
    guard elementType.isFloatingPoint, let values = doubles else { return nil }
    guard let axis = map.axis else {
      return replaced(by: values.map { map.scale[0] * $0 + map.shift[0] })
    }
    let inner: Int = rank - 1 - axis
    // The constant's axis, counted from its end as broadcasting does; axes in front are made as needed.
    var extents: [Int] = shape.extents
    while extents.count <= inner { extents.insert(1, at: 0) }
    let own: Int = extents.count - 1 - inner
    guard extents[own] == 1 || extents[own] == map.count else { return nil }
    let run: Int = extents[(own + 1)...].reduce(1, *)
    let repeats: Bool = extents[own] == 1 && map.count != 1
    let outer: Int = extents[..<own].reduce(1, *)
    extents[own] = map.count
    var result: [Double] = []
    result.reserveCapacity(outer * map.count * run)
    for block in 0..<outer {
      for c in 0..<map.count {
        let start: Int = (repeats ? block : block * map.count + c) * run
        for offset in start..<start + run { result.append(map.scale[c] * values[offset] + map.shift[c]) }
      }
    }
    return replaced(by: result, shape: Shape(extents))
  }
}
