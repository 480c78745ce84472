/// An affine map along one axis: y = scale[c] x + shift[c], where c is the index along `axis`; or, where
/// `axis` is nil, the same scale and shift for every element (one entry each).
package struct AxisMap: Sendable, Equatable {
  package var axis: Int?
  package var scale: [Double]
  package var shift: [Double]

  package init(axis: Int?, scale: [Double], shift: [Double]) {
    self.axis = axis
    self.scale = scale
    self.shift = shift
    assert(scale.count == shift.count && (axis != nil || scale.count == 1))
  }

  package var count: Int { scale.count }
  package var hasScale: Bool { scale.contains { $0 != 1 } }
  package var hasShift: Bool { shift.contains { $0 != 0 } }
  package var isIdentity: Bool { !hasScale && !hasShift }
  package var isFinite: Bool { scale.allSatisfy(\.isFinite) && shift.allSatisfy(\.isFinite) }
  package var isNonnegative: Bool { scale.allSatisfy { $0 >= 0 } }

  /// The map without its shift.
  package var scaleOnly: AxisMap {
    AxisMap(axis: axis, scale: scale, shift: Array(repeating: 0, count: count))
  }
  /// The map without its scale.
  package var shiftOnly: AxisMap {
    AxisMap(axis: axis, scale: Array(repeating: 1, count: count), shift: shift)
  }
  /// What must be added before the scale for the same result: y = scale (x + shift / scale). nil where a
  /// scale of 0 has a shift, which nothing before it can replace.
  package var shiftBeforeScale: AxisMap? {
    var before = [Double](repeating: 0, count: count)
    for c in 0..<count where shift[c] != 0 {
      guard scale[c] != 0 else { return nil }
      before[c] = shift[c] / scale[c]
    }
    let map = AxisMap(axis: axis, scale: Array(repeating: 1, count: count), shift: before)
    return map.isFinite ? map : nil
  }

  /// Scale and shift for each of `count` indices along `axis`, or nil where the map goes along another axis.
  package func along(_ axis: Int, count: Int) -> (scale: [Double], shift: [Double])? {
    if self.axis == nil {
      return (Array(repeating: scale[0], count: count), Array(repeating: shift[0], count: count))
    }
    return self.axis == axis && self.count == count ? (scale, shift) : nil
  }

  /// The map that does this after `first`; nil where they go along different axes.
  package func after(_ first: AxisMap) -> AxisMap? {
    let axis: Int? = self.axis ?? first.axis
    if let a = self.axis, let b = first.axis, a != b || count != first.count { return nil }
    let count: Int = max(count, first.count)
    func pick(_ list: [Double], _ index: Int) -> Double { list.count == 1 ? list[0] : list[index] }
    var result = AxisMap(
      axis: axis, scale: Array(repeating: 1, count: count), shift: Array(repeating: 0, count: count))
    for c in 0..<count {
      result.scale[c] = pick(scale, c) * pick(first.scale, c)
      result.shift[c] = pick(scale, c) * pick(first.shift, c) + pick(shift, c)
    }
    return result
  }

  /// The same numbers along another axis.
  package func moved(to axis: Int) -> AxisMap { AxisMap(axis: axis, scale: scale, shift: shift) }

  /// The numbers of the given indices along `axis`.
  package func picking(_ indices: [Int], along axis: Int?) -> AxisMap {
    AxisMap(axis: axis, scale: indices.map { scale[$0] }, shift: indices.map { shift[$0] })
  }

  /// The map as one of every element alike; nil where its numbers differ, or there are none.
  package var uniform: AxisMap? {
    guard let first = scale.first, scale.allSatisfy({ $0 == first }), shift.allSatisfy({ $0 == shift[0] })
    else { return nil }
    return AxisMap(axis: nil, scale: [first], shift: [shift[0]])
  }
}
