internal import Tensors

/// Numbers that broadcast over the elements of a tensor, as runs of neighbouring elements that see either one
/// number or neighbouring numbers.
struct BroadcastRuns: Sendable {
  private let values: [Double]
  /// Elements of a run.
  private let length: Int
  /// Whether a run sees one number.
  private let isConstant: Bool
  /// The axes outside of a run: their extents, innermost first, and the distances of their numbers.
  private let extents: [Int]
  private let strides: [Int]

  init(_ factors: FoldableConstant.Factors) {
    values = factors.values
    let view: [Int] = factors.view.extents
    let shape: [Int] = factors.shape.extents
    var axis: Int = view.count
    var length: Int = 1
    while axis > 0, shape[axis - 1] == 1 {
      axis -= 1
      length *= view[axis]
    }
    isConstant = length > 1 || axis == 0
    if !isConstant {
      while axis > 0, shape[axis - 1] == view[axis - 1] {
        axis -= 1
        length *= view[axis]
      }
    }
    self.length = length
    var extents: [Int] = []
    var strides: [Int] = []
    for outer in (0..<axis).reversed() {
      extents.append(view[outer])
      strides.append(shape[outer] == 1 ? 0 : shape[(outer + 1)...].reduce(1, *))
    }
    self.extents = extents
    self.strides = strides
  }

  /// Combines each element of `block`, which starts at the element `start` of the tensor, with its number.
  @inline(__always)
  func forEachRun(
    _ start: Int, _ block: UnsafeMutableBufferPointer<Double>, _ combine: (inout Double, Double) -> Void
  ) {
    var offset: Int = 0
    values.withUnsafeBufferPointer { values in
      guard let to = block.baseAddress, let from = values.baseAddress else { return }
      while offset < block.count {
        let element: Int = start + offset
        let inRun: Int = element % length
        let count: Int = min(length - inRun, block.count - offset)
        let first: Int = index(ofRun: element / length)
        if isConstant {
          let value: Double = from[first]
          let run: UnsafeMutablePointer<Double> = to + offset
          for index in 0..<count { combine(&run[index], value) }
        } else {
          let run: UnsafeMutablePointer<Double> = to + offset
          let numbers: UnsafePointer<Double> = from + (first + inRun)
          for index in 0..<count { combine(&run[index], numbers[index]) }
        }
        offset += count
      }
    }
  }

  private func index(ofRun run: Int) -> Int {
    var rest: Int = run
    var index: Int = 0
    for axis in extents.indices {
      index += rest % extents[axis] * strides[axis]
      rest /= extents[axis]
    }
    return index
  }
}
