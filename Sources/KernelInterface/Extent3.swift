/// A size or position in up to three spatial dimensions. One- and two-dimensional problems put 1 (or 0, for
/// pads) in front: a 2-D convolution has depth 1, a 1-D one depth 1 and height 1.
package struct Extent3: Sendable, Equatable {
  package var depth: Int
  package var height: Int
  package var width: Int

  package init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth
    self.height = height
    self.width = width
  }

  package init(_ all: Int) {
    self.init(all, all, all)
  }

  package var count: Int { depth * height * width }
}
