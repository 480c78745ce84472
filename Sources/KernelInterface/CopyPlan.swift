/// A strided copy brought to its simplest form, once, when a plan is made: dimensions of size 1 dropped,
/// the others ordered by falling output stride, neighbours that are contiguous to each other in both
/// tensors merged. `rank` may be 0 (one element); an empty box has `isEmpty`.
package struct CopyPlan: Sendable, Equatable {
  package var sizes: [Int]
  package var outStrides: [Int]
  package var inStrides: [Int]

  package var rank: Int { sizes.count }
  package var isEmpty: Bool { sizes.contains(0) }

  package init(sizes: [Int], outStrides: [Int], inStrides: [Int]) {
    var axes: [Int] = []
    for axis in sizes.indices where sizes[axis] != 1 { axes.append(axis) }
    axes.sort { left, right in
      let a: Int = abs(outStrides[left])
      let b: Int = abs(outStrides[right])
      return a != b ? a > b : left < right
    }
    self.sizes = []
    self.outStrides = []
    self.inStrides = []
    for axis in axes {
      let size: Int = sizes[axis]
      let out: Int = outStrides[axis]
      let input: Int = inStrides[axis]
      let last: Int = self.sizes.count - 1
      if last >= 0, self.outStrides[last] == size * out, self.inStrides[last] == size * input {
        self.sizes[last] *= size
        self.outStrides[last] = out
        self.inStrides[last] = input
      } else {
        self.sizes.append(size)
        self.outStrides.append(out)
        self.inStrides.append(input)
      }
    }
  }

  /// The copy that writes `permuted(input)` densely: output axis k is input axis `permutation[k]`.
  package static func permutation(of shape: [Int], by permutation: [Int]) -> CopyPlan {
    let strides: [Int] = denseStrides(shape)
    let sizes: [Int] = permutation.map { shape[$0] }
    return CopyPlan(
      sizes: sizes, outStrides: denseStrides(sizes), inStrides: permutation.map { strides[$0] })
  }

  /// The strides of a dense, row-major tensor.
  package static func denseStrides(_ shape: [Int]) -> [Int] {
    var strides: [Int] = Array(repeating: 1, count: shape.count)
    var axis: Int = shape.count - 1
    while axis > 0 {
      strides[axis - 1] = strides[axis] * shape[axis]
      axis -= 1
    }
    return strides
  }

  /// Runs the copy with `kernels`; pointers are already at the first element of the box.
  package func run(
    _ kernels: MovementKernels, out: UnsafeMutableRawPointer, input: UnsafeRawPointer, elementSize: Int
  ) {
    guard !isEmpty else { return }
    sizes.withUnsafeBufferPointer { sizes in
      outStrides.withUnsafeBufferPointer { outStrides in
        inStrides.withUnsafeBufferPointer { inStrides in
          withUnsafePointer(to: 0) { zero in
            kernels.stridedCopy(
              out, outStrides.baseAddress ?? zero, input, inStrides.baseAddress ?? zero,
              sizes.baseAddress ?? zero, rank, elementSize)
          }
        }
      }
    }
  }
}
