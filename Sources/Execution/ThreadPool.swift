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
/// A call that finds the pool busy with somebody else's tasks runs its own on the calling thread, so that
/// concurrent runs never wait for each other.
package final class ThreadPool: TaskRunner, @unchecked Sendable {
  private typealias Body = (_ task: Int, _ worker: Int) -> Void

  /// The state that threads share. `ticket` holds the number of the job in its upper half and the next
  /// task in its lower half, so that a thread that is late can't take a task of a job it hasn't read.
  private struct Shared: ~Copyable {
    let ticket = Atomic<UInt64>(0)
    let finished = Atomic<Int>(0)
    let busy = Atomic<Bool>(false)
    let stopping = Atomic<Bool>(false)
    let sleepers = Atomic<Int>(0)
  }

  package let workerCount: Int
  private let shared = Shared()
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let job: UnsafeMutablePointer<Job>
  private var threads: [pthread_t] = []

  /// What the tasks of the current job are. Written before the ticket that announces it.
  private struct Job {
    var body: UnsafeRawPointer?
    var count: Int
  }

  /// How often a thread looks for work before it sleeps.
  private static let spins: Int = 4000

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
    job.initialize(to: Job(body: nil, count: 0))
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

  package func run(count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard count > 1, workerCount > 1,
      shared.busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else {
      for task in 0..<count { body(task, 0) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      var stored: Body = escapable
      withUnsafePointer(to: &stored) { pointer in
        // A ticket without tasks first: whoever still holds one of the last job can't take it any more.
        let last: UInt64 = shared.ticket.load(ordering: .relaxed) >> 32
        shared.ticket.store((last &+ 1) << 32 | 0xFFFF_FFFF, ordering: .sequentiallyConsistent)
        job.pointee = Job(body: UnsafeRawPointer(pointer), count: count)
        shared.finished.store(0, ordering: .relaxed)
        shared.ticket.store((last &+ 2) << 32, ordering: .sequentiallyConsistent)
        if shared.sleepers.load(ordering: .sequentiallyConsistent) > 0 {
          pthread_mutex_lock(mutex)
          pthread_cond_broadcast(condition)
          pthread_mutex_unlock(mutex)
        }
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

  /// Takes and runs tasks of the current job until none is left.
  private func takeTasks(worker: Int) {
    while true {
      let ticket: UInt64 = shared.ticket.load(ordering: .acquiring)
      let current: Job = job.pointee
      let task = Int(ticket & 0xFFFF_FFFF)
      guard let body = current.body, task < current.count else { return }
      // Succeeds only if the job is still the one read above: a job's fields change only after all of its
      // tasks have finished, and then its number does too.
      guard
        shared.ticket.compareExchange(
          expected: ticket, desired: ticket &+ 1, ordering: .acquiringAndReleasing
        ).exchanged
      else { continue }
      body.assumingMemoryBound(to: Body.self).pointee(task, worker)
      shared.finished.add(1, ordering: .releasing)
    }
  }

  private func hasTasks(after seen: UInt64) -> Bool {
    shared.ticket.load(ordering: .acquiring) >> 32 != seen
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
      seen = shared.ticket.load(ordering: .acquiring) >> 32
      takeTasks(worker: worker)
    }
  }
}
