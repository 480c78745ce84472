package import Tensors

/// How parts lie side by side in a larger tensor: it is `rows` rows, of each of which a part takes some
/// elements. With one row a part is a piece of memory, else its own rows are apart.
package struct PartPlacement: Sendable, Hashable {
  package struct Part: Sendable, Hashable {
    /// The first element in each row, and how many there are.
    package let offset: Int
    package let length: Int
  }

  package let rows: Int
  /// Elements from a row of the larger tensor to the next.
  package let rowLength: Int
  package let parts: [Part]

  /// The parts of a tensor of `shape` that is cut along `axis` into `extents`.
  package init(_ shape: Shape, axis: Int, extents: [Int]) {
    let inner: Int = shape.count(axis + 1..<shape.rank)
    var parts: [Part] = []
    var first: Int = 0
    for extent in extents {
      parts.append(Part(offset: first * inner, length: extent * inner))
      first += extent
    }
    self.parts = parts
    rows = shape.count(0..<axis)
    rowLength = shape[axis] * inner
  }
}
