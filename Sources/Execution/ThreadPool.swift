#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import CVector
internal import Graphs
internal import Synchronization

/// Threads that run the tasks of one step at a time: the caller and `threadCount - 1` workers, who spin for
/// a moment after a step and then sleep until the next.
///
/// Each worker begins with its own part of the tasks, the same part each time, so that what a step reads
/// again and again stays in that processor's cache; who is done takes tasks from the others' far ends. A
/// call that finds the pool busy with somebody else's tasks runs its own on the calling thread, so that
/// concurrent runs never wait for each other.
package final class ThreadPool: TaskRunner, @unchecked Sendable {
  private typealias Body = (_ task: Int, _ worker: Int) -> Void

  /// The state that threads share.
  private struct Shared: ~Copyable {
    /// The number of the job.
    let number = Atomic<UInt64>(0)
    let finished = Atomic<Int>(0)
    let busy = Atomic<Bool>(false)
    let stopping = Atomic<Bool>(false)
    let sleepers = Atomic<Int>(0)
  }

  /// The tasks of a worker that nobody has taken yet, in one word, so that a thread that is late can't take
  /// a task of a job it hasn't read: the job's number in the upper half, then the first and the end.
  private struct Part {
    var word: UInt64

    init(word: UInt64) { self.word = word }
    init(job: UInt64, first: Int, end: Int) {
      word = job << 32 | UInt64(first) << 16 | UInt64(end)
    }

    var job: UInt64 { word >> 32 }
    var first: Int { Int(word >> 16 & 0xFFFF) }
    var end: Int { Int(word & 0xFFFF) }
    var withoutFirst: Part { Part(word: word &+ 1 << 16) }
    var withoutLast: Part { Part(word: word &- 1) }
  }

  /// The most groups of tasks that a job has.
  private static let mostGroups: Int = 0xFFFF
  /// Words from one part to the next: two cache lines.
  private static let partStride: Int = 16

  package let workerCount: Int
  private let shared = Shared()
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let job: UnsafeMutablePointer<Job>
  private let parts: UnsafeMutablePointer<Atomic<UInt64>>
  private var threads: [pthread_t] = []

  /// What the tasks of the current job are. Written before the parts that announce it.
  private struct Job {
    var body: UnsafeRawPointer?
    var count: Int
    /// Tasks that are taken together.
    var group: Int
    var backwards: Bool
  }

  /// How often a thread looks for work before it sleeps.
  private static let spins: Int = 10_000

  /// How many processors this process may use.
  package static var availableProcessors: Int { min(max(Int(ngraph_available_processors()), 1), 1024) }

  /// A pool of `threadCount` threads, the caller's included.
  package init(threadCount: Int) {
    workerCount = max(threadCount, 1)
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
    job = .allocate(capacity: 1)
    job.initialize(to: Job(body: nil, count: 0, group: 1, backwards: false))
    parts = .allocate(capacity: workerCount * Self.partStride)
    for index in 0..<workerCount * Self.partStride { (parts + index).initialize(to: Atomic<UInt64>(0)) }
    for worker in 1..<max(workerCount, 1) { start(worker) }
  }

  deinit {
    shared.stopping.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
    job.deallocate()
    parts.deinitialize(count: workerCount * Self.partStride)
    parts.deallocate()
  }

  /// What a new thread needs; it refers to the pool without keeping it alive.
  private final class Start {
    unowned(unsafe) let pool: ThreadPool
    let worker: Int

    init(pool: ThreadPool, worker: Int) {
      self.pool = pool
      self.worker = worker
    }
  }

  private func start(_ worker: Int) {
    let start = Unmanaged.passRetained(Start(pool: self, worker: worker))
    #if canImport(Glibc)
      var thread = pthread_t()
      let failed = pthread_create(&thread, nil, { ThreadPool.main($0) }, start.toOpaque())
      if failed == 0 { threads.append(thread) } else { start.release() }
    #else
      var thread: pthread_t?
      let failed = pthread_create(&thread, nil, { ThreadPool.main($0) }, start.toOpaque())
      if failed == 0, let thread { threads.append(thread) } else { start.release() }
    #endif
  }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.pool.work(worker: start.worker)
    return nil
  }

  package func run(count: Int, backwards: Bool, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard count > 1, workerCount > 1,
      shared.busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for task in 0..<count { body(backwards ? count &- 1 &- task : task, 0) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      var stored: Body = escapable
      withUnsafePointer(to: &stored) { pointer in
        announce(UnsafeRawPointer(pointer), count: count, backwards: backwards)
        takeTasks(worker: 0)
        var waits: Int = 0
        while shared.finished.load(ordering: .acquiring) < count {
          waits += 1
          if waits > Self.spins { sched_yield() } else { ngraph_pause() }
        }
      }
    }
    shared.busy.store(false, ordering: .releasing)
  }

  private func announce(_ body: UnsafeRawPointer, count: Int, backwards: Bool) {
    // Parts without tasks first: whoever still holds one of the last job can't take of it any more.
    let last: UInt64 = shared.number.load(ordering: .relaxed)
    let between: UInt64 = (last &+ 1) & 0xFFFF_FFFF
    let next: UInt64 = (last &+ 2) & 0xFFFF_FFFF
    for worker in 0..<workerCount {
      parts[worker &* Self.partStride].store(
        Part(job: between, first: 0, end: 0).word, ordering: .sequentiallyConsistent)
    }
    let group: Int = (count &+ Self.mostGroups &- 1) / Self.mostGroups
    let groups: Int = (count &+ group &- 1) / group
    job.pointee = Job(body: body, count: count, group: group, backwards: backwards)
    shared.finished.store(0, ordering: .relaxed)
    for worker in 0..<workerCount {
      let first: Int = groups &* worker / workerCount
      let end: Int = groups &* (worker &+ 1) / workerCount
      parts[worker &* Self.partStride].store(
        Part(job: next, first: first, end: end).word, ordering: .sequentiallyConsistent)
    }
    shared.number.store(next, ordering: .sequentiallyConsistent)
    if shared.sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
  }

  /// Takes and runs tasks of the current job until none is left: the worker's own, then the others'.
  private func takeTasks(worker: Int) {
    for distance in 0..<workerCount {
      let sum: Int = worker &+ distance
      let owner: Int = sum < workerCount ? sum : sum &- workerCount
      takeTasks(of: owner, worker: worker)
    }
  }

  private func takeTasks(of owner: Int, worker: Int) {
    let index: Int = owner &* Self.partStride
    while true {
      let left = Part(word: parts[index].load(ordering: .acquiring))
      let current: Job = job.pointee
      guard let body = current.body, left.first < left.end else { return }
      let fromFront: Bool = (owner == worker) != current.backwards
      // Succeeds only if the job is still the one read above: a job's fields change only after all of its
      // tasks have finished, and then its number does too.
      guard
        parts[index].compareExchange(
          expected: left.word, desired: (fromFront ? left.withoutFirst : left.withoutLast).word,
          ordering: .acquiringAndReleasing
        ).exchanged
      else { continue }
      let group: Int = fromFront ? left.first : left.end &- 1
      let tasks: Range<Int> = group &* current.group..<min((group &+ 1) &* current.group, current.count)
      Self.perform(body, tasks, worker)
      shared.finished.add(tasks.count, ordering: .releasing)
    }
  }

  /// Runs tasks. The caller's closure is let go when this returns, before the tasks count as finished.
  @inline(never)
  private static func perform(_ body: UnsafeRawPointer, _ tasks: Range<Int>, _ worker: Int) {
    for task in tasks { body.assumingMemoryBound(to: Body.self).pointee(task, worker) }
  }

  private func hasTasks(after seen: UInt64) -> Bool {
    shared.number.load(ordering: .acquiring) != seen
  }

  private func work(worker: Int) {
    var seen: UInt64 = 0
    while true {
      var waits: Int = 0
      while !hasTasks(after: seen), waits < Self.spins {
        waits += 1
        ngraph_pause()
      }
      if !hasTasks(after: seen) {
        pthread_mutex_lock(mutex)
        shared.sleepers.add(1, ordering: .sequentiallyConsistent)
        while !hasTasks(after: seen), !shared.stopping.load(ordering: .sequentiallyConsistent) {
          pthread_cond_wait(condition, mutex)
        }
        shared.sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
      }
      if shared.stopping.load(ordering: .acquiring) { return }
      seen = shared.number.load(ordering: .acquiring)
      takeTasks(worker: worker)
    }
  }
}
