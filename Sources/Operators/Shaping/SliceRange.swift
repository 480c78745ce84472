internal import Tensors

/// The positions that a slice takes along one axis, clamped to it: `start + i * step` for `i < count`.
struct SliceRange: Sendable {
  let start: Int
  let step: Int
  let count: Int

  /// `step` is not 0.
  init(start: Int, end: Int, step: Int, extent: Int) {
    let first: Int = start < 0 ? start + extent : start
    let last: Int = end < 0 ? end + extent : end
    let length: Int
    if step > 0 {
      self.start = min(max(first, 0), extent)
      length = max(0, min(max(last, 0), extent) - self.start)
    } else {
      self.start = min(max(first, 0), extent - 1)
      length = max(0, self.start - min(max(last, -1), extent - 1))
    }
    let magnitude = Int(clamping: step.magnitude)
    count = length == 0 ? 0 : (length - 1) / magnitude + 1
    self.step = count <= 1 ? 1 : step
  }

  /// How many positions a slice takes along an axis that may be symbolic. Symbols are taken for extents
  /// that the bounds lie in; nil where nothing can be said.
  static func count(start: Dimension, end: Dimension, step: Int, extent: Dimension) -> Dimension? {
    if let a = start.value, let b = end.value, let size = extent.value {
      return Dimension(SliceRange(start: a, end: b, step: step, extent: size).count)
    }
    if step < 0 {
      let whole: Bool = step == -1 && start.value == -1 && (end.value ?? 0) <= -(1 << 31) + 1
      return whole ? extent : nil
    }
    var first: Dimension = start
    if let value = start.value, value < 0 {
      guard value > -(1 << 31) else { return nil }
      first = extent + start
    }
    var last: Dimension = end
    if let value = end.value, value < 0 {
      last = extent + end
    } else if let value = end.value, value >= (1 << 31) - 1 {
      last = extent
    } else {
      last = Dimension.minimum(extent, end)
    }
    let length: Dimension = last - first
    if let value = length.value, value < 0 { return 0 }
    return step == 1 ? length : (length + Dimension(step - 1)).divided(by: Dimension(step))
  }
}
