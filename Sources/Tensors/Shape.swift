/// The extents of a tensor's axes, outermost first; empty for a scalar. Extents are never negative.
package struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  package var extents: [Int]

  package init(_ extents: [Int]) { self.extents = extents }
  package init(arrayLiteral elements: Int...) { extents = elements }

  package static let scalar = Shape([])

  package var rank: Int { extents.count }
  package subscript(axis: Int) -> Int {
    get { extents[axis] }
    set { extents[axis] = newValue }
  }

  /// The number of elements. Shapes come from `init(checking:)` or from inference, which refuse
  /// products that overflow.
  package var count: Int { extents.reduce(1, &*) }

  /// The product of the extents of `axes`.
  package func count(_ axes: some Sequence<Int>) -> Int {
    axes.reduce(1) { $0 &* extents[$1] }
  }

  /// The shape, or nil where an extent is negative or the product of the extents, zeros aside, overflows.
  package init?(checking extents: [Int]) {
    var product: Int = 1
    for extent in extents {
      guard extent >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow else { return nil }
      product = next
    }
    self.extents = extents
  }

  /// Row-major strides in elements.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: extents.count)
    var step: Int = 1
    for axis in stride(from: extents.count - 1, through: 0, by: -1) {
      strides[axis] = step
      step &*= extents[axis]
    }
    return strides
  }

  /// `axis` counted from the front, or nil where it is outside `-rank ..< rank`.
  package func normalized(axis: Int) -> Int? {
    let positive: Int = axis < 0 ? axis + rank : axis
    return positive >= 0 && positive < rank ? positive : nil
  }

  /// The shape that both broadcast to (ONNX multidirectional broadcasting), or nil where they don't match.
  package static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank: Int = max(left.rank, right.rank)
    var extents = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a: Int = axis < rank - left.rank ? 1 : left[axis - (rank - left.rank)]
      let b: Int = axis < rank - right.rank ? 1 : right[axis - (rank - right.rank)]
      guard a == b || a == 1 || b == 1 else { return nil }
      extents[axis] = a == 1 ? b : a
    }
    return Shape(extents)
  }

  package var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}
