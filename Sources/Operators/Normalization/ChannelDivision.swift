internal import Graphs
internal import KernelInterface

/// A dense `[outer, channels, inner]` divided into tasks of elements that lie together: several rows of
/// `channels * inner`, else several channels of one, else a part of one channel.
struct ChannelDivision: Sendable {
  private let whole: AxisShape
  private let outerStep: Int
  private let channelStep: Int
  private let innerStep: Int
  private let channelTasks: Int
  private let innerTasks: Int
  private let taskCount: Int

  /// Elements that a task should have.
  private static let grain: Int = 1 << 15

  init(_ shape: AxisShape) {
    whole = shape
    let row: Int = max(1, shape.length * shape.inner)
    outerStep = max(1, Self.grain / row)
    channelStep = max(1, min(shape.length, Self.grain / max(1, shape.inner)))
    innerStep = max(1, shape.inner <= Self.grain ? shape.inner : Self.grain)
    channelTasks = (shape.length + channelStep - 1) / channelStep
    innerTasks = (shape.inner + innerStep - 1) / innerStep
    taskCount = (shape.outer + outerStep - 1) / outerStep * channelTasks * innerTasks
  }

  /// Calls `body` for each task with its part of the shape and the indices where that begins.
  @inline(__always)
  func run(
    _ context: RunContext, _ body: (_ part: AxisShape, _ outer: Int, _ channel: Int, _ inner: Int) -> Void
  ) {
    context.parallel(taskCount) { task, _ in
      let outer: Int = task / (channelTasks * innerTasks) * outerStep
      let channel: Int = task / innerTasks % channelTasks * channelStep
      let inner: Int = task % innerTasks * innerStep
      var part: AxisShape = whole
      part.outer = min(outerStep, whole.outer - outer)
      part.length = min(channelStep, whole.length - channel)
      part.inner = min(innerStep, whole.inner - inner)
      body(part, outer, channel, inner)
    }
  }
}
