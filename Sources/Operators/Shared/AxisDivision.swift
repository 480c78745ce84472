internal import Graphs
internal import KernelInterface

/// A dense `[outer, length, inner]` divided into tasks: over `outer`, and where that leaves too much in one
/// task, over `inner` as well. The axis itself is never divided.
struct AxisDivision: Sendable {
  let whole: AxisShape
  private let outerStep: Int
  private let innerStep: Int
  private let innerTasks: Int
  let taskCount: Int

  /// Elements of input that a task should have.
  private static let grain: Int = 1 << 15

  init(_ shape: AxisShape) {
    whole = shape
    let row: Int = max(1, shape.length * shape.inner)
    if row <= 2 * Self.grain || shape.inner < 128 {
      outerStep = max(1, Self.grain / row)
      innerStep = max(1, shape.inner)
    } else {
      outerStep = 1
      innerStep = max(64, (Self.grain / max(1, shape.length) + 63) / 64 * 64)
    }
    innerTasks = (shape.inner + innerStep - 1) / innerStep
    taskCount = (shape.outer + outerStep - 1) / outerStep * innerTasks
  }

  init(_ extents: [Int], axis: Int) {
    var (outer, inner): (Int, Int) = (1, 1)
    for extent in extents[..<axis] { outer *= extent }
    for extent in extents[(axis + 1)...] { inner *= extent }
    self.init(AxisShape(outer: outer, length: extents[axis], inner: inner))
  }

  /// Calls `body` for each task with its part of the shape and the indices (outer, inner) where that begins.
  @inline(__always)
  func run(_ context: RunContext, _ body: (_ part: AxisShape, _ outer: Int, _ inner: Int) -> Void) {
    context.parallel(taskCount) { task, _ in
      let outer: Int = task / innerTasks * outerStep
      let inner: Int = task % innerTasks * innerStep
      var part: AxisShape = whole
      part.outer = min(outerStep, whole.outer - outer)
      part.inner = min(innerStep, whole.inner - inner)
      body(part, outer, inner)
    }
  }
}
