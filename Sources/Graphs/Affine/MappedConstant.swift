internal import Tensors

extension FoldableConstant {
  /// The constant after `map`, whose axis is one of a value of rank `rank` to which the constant broadcasts;
  /// the constant is repeated along that axis where it has one element there. nil where the constant goes
  /// along the axis with another extent, or a result is no finite number of its type.
  package func mapped(by map: AxisMap, rank: Int) -> FoldableConstant? {
    if quantized != nil { return scaledCodes(by: map, rank: rank) }
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

  /// Codes take a scale along an axis of theirs, and no shift.
  private func scaledCodes(by map: AxisMap, rank: Int) -> FoldableConstant? {
    if map.isIdentity { return self }
    guard !map.hasShift else { return nil }
    guard let axis = map.axis else {
      return scaled(by: Factors(view: [shape.count], shape: [1], values: map.scale))
    }
    let own: Int = axis - (rank - shape.rank)
    guard own >= 0, shape[own] == map.count else { return nil }
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[own] = map.count
    return scaled(by: Factors(view: shape, shape: Shape(extents), values: map.scale))
  }
}
