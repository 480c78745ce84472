/// A node made ready to run: a closure over kernels, slots and sizes. It makes no choice and allocates
/// nothing; it fails only for what the data alone can tell.
package struct Step: Sendable {
  /// What runs, for people: the kernel and its sizes; empty where the operator says it all.
  package let kernel: String
  package let run: @Sendable (RunContext) throws(ExecutionError) -> Void

  package init(
    kernel: String = "", _ run: @escaping @Sendable (RunContext) throws(ExecutionError) -> Void
  ) {
    self.kernel = kernel
    self.run = run
  }
}

/// Runs the tasks of one step, perhaps on several threads.
///
/// Implementations may run tasks in any order and at the same time; a task's result must not depend on
/// either.
package protocol TaskRunner: AnyObject, Sendable {
  /// How many workers may run tasks at the same time; worker numbers are below this.
  var workerCount: Int { get }
  /// Calls `body(task, worker)` once for each task in `0 ..< count` and returns when all are done. Two
  /// calls at the same time never have the same worker number. A worker takes its tasks in order, or
  /// `backwards`, which changes no result: what was read last the time before is then read first.
  func run(count: Int, backwards: Bool, _ body: (_ task: Int, _ worker: Int) -> Void)
}

extension TaskRunner {
  package func run(count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    run(count: count, backwards: false, body)
  }
}

/// A runner that runs tasks one after another on the calling thread.
package final class SerialRunner: TaskRunner {
  package static let shared = SerialRunner()
  package var workerCount: Int { 1 }
  package func run(count: Int, backwards: Bool, _ body: (_ task: Int, _ worker: Int) -> Void) {
    for task in 0..<count { body(backwards ? count &- 1 &- task : task, 0) }
  }
}

/// What a step sees while it runs: where the values of this run lie, and the workers.
package struct RunContext {
  /// For each slot of the plan, the address of its bytes in this run.
  package let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>
  package let scratchBase: UnsafeMutableRawPointer
  /// Bytes of scratch memory of each worker.
  package let scratchStride: Int
  package unowned(unsafe) let runner: any TaskRunner
  package let limits: RunLimits
  /// Whether tasks run from the last to the first: so do those of every other iteration of a loop, since
  /// weights that are a little too large for a cache are then still there in part.
  package var backwards: Bool

  package init(
    slots: UnsafeMutablePointer<UnsafeMutableRawPointer>, scratchBase: UnsafeMutableRawPointer,
    scratchStride: Int, runner: any TaskRunner, limits: RunLimits, backwards: Bool = false
  ) {
    self.backwards = backwards
    self.slots = slots
    self.scratchBase = scratchBase
    self.scratchStride = scratchStride
    self.runner = runner
    self.limits = limits
  }

  /// The bytes of a slot, for reading.
  @inline(__always)
  package func input<Element>(_ slot: Int, as type: Element.Type = Element.self) -> UnsafePointer<Element> {
    UnsafePointer(slots[slot].assumingMemoryBound(to: type))
  }

  /// The bytes of a slot, for writing.
  @inline(__always)
  package func output<Element>(_ slot: Int, as type: Element.Type = Element.self)
    -> UnsafeMutablePointer<Element>
  { slots[slot].assumingMemoryBound(to: type) }

  /// The scratch memory of a worker, 64-byte aligned: as many bytes as the step reserved.
  @inline(__always)
  package func scratch(_ worker: Int) -> UnsafeMutableRawPointer { scratchBase + worker &* scratchStride }

  /// Runs `body(task, worker)` for each task.
  @inline(__always)
  package func parallel(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    if count == 1 { body(0, 0) } else if count > 1 { runner.run(count: count, backwards: backwards, body) }
  }

  /// Divides `0 ..< count` into ranges of `grain` (the last may be shorter), a task each. The division
  /// follows from `count` and `grain` alone.
  @inline(__always)
  package func forRanges(of count: Int, grain: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void) {
    let tasks: Int = (count &+ grain &- 1) / grain
    parallel(tasks) { task, worker in
      let start: Int = task &* grain
      body(start..<min(start &+ grain, count), worker)
    }
  }
}
