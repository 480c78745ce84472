internal import Graphs
internal import KernelInterface

/// A strided copy between two slots, divided into tasks of about `taskBytes` along its outer dimensions.
/// The division follows from the copy alone.
struct DividedCopy: Sendable {
  private static let taskBytes: Int = 1 << 18

  /// The dimensions before the divided one: a task has one index of each.
  private let outer: CopyPlan
  /// What a task copies, and what the last of a row of tasks copies.
  private let chunk: CopyPlan
  private let lastChunk: CopyPlan
  private let chunkOutStep: Int
  private let chunkInStep: Int
  private let chunkCount: Int
  private let taskCount: Int
  private let outOffset: Int
  private let inOffset: Int
  private let elementSize: Int
  private let kernels: MovementKernels

  /// `plan` from element `inOffset` of the input to element `outOffset` of the output.
  init(
    _ plan: CopyPlan, _ kernels: MovementKernels, elementSize: Int, outOffset: Int = 0, inOffset: Int = 0
  ) {
    self.kernels = kernels
    self.elementSize = elementSize
    self.outOffset = outOffset &* elementSize
    self.inOffset = inOffset &* elementSize
    let count: Int = plan.sizes.reduce(1, &*)
    let wanted: Int = (count &* elementSize &+ Self.taskBytes &- 1) / Self.taskBytes
    var prefix: Int = 1
    var axis: Int = 0
    while axis < plan.rank - 1, prefix &* plan.sizes[axis] < wanted {
      prefix &*= plan.sizes[axis]
      axis += 1
    }
    outer = CopyPlan(dense: plan, axes: 0..<axis)
    guard count > 0, axis < plan.rank else {
      chunk = plan
      lastChunk = plan
      chunkOutStep = 0
      chunkInStep = 0
      chunkCount = 1
      taskCount = count > 0 ? 1 : 0
      return
    }
    let size: Int = plan.sizes[axis]
    let chunks: Int = min(size, max(1, (wanted &+ prefix &- 1) / prefix))
    let length: Int = (size &+ chunks &- 1) / chunks
    var rest = CopyPlan(dense: plan, axes: axis..<plan.rank)
    rest.sizes[0] = length
    chunk = rest
    chunkCount = (size &+ length &- 1) / length
    rest.sizes[0] = size &- (chunkCount &- 1) &* length
    lastChunk = rest
    chunkOutStep = length &* plan.outStrides[axis] &* elementSize
    chunkInStep = length &* plan.inStrides[axis] &* elementSize
    taskCount = prefix &* chunkCount
  }

  /// Copies from the bytes of slot `source` to those of slot `target`.
  func run(_ run: RunContext, from source: Int, to target: Int) {
    let out: UnsafeMutableRawPointer = run.slots[target] + outOffset
    let input = UnsafeRawPointer(run.slots[source]) + inOffset
    let width: Int = elementSize
    run.parallel(taskCount) { task, _ in
      let part: Int = task % chunkCount
      var rest: Int = task / chunkCount
      var to: Int = part &* chunkOutStep
      var from: Int = part &* chunkInStep
      var axis: Int = outer.rank &- 1
      while axis >= 0 {
        let index: Int = rest % outer.sizes[axis]
        rest /= outer.sizes[axis]
        to &+= index &* outer.outStrides[axis] &* width
        from &+= index &* outer.inStrides[axis] &* width
        axis &-= 1
      }
      (part == chunkCount &- 1 ? lastChunk : chunk).run(
        kernels, out: out + to, input: input + from, elementSize: width)
    }
  }
}

extension CopyPlan {
  /// The dimensions `axes` of `plan`, which stay as they are.
  init(dense plan: CopyPlan, axes: Range<Int>) {
    self.init(sizes: [], outStrides: [], inStrides: [])
    sizes = Array(plan.sizes[axes])
    outStrides = Array(plan.outStrides[axes])
    inStrides = Array(plan.inStrides[axes])
  }
}
