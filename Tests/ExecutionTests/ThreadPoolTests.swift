import Execution
import Graphs
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test("Every task runs exactly once, whatever the number of threads", arguments: [1, 2, 3, 8])
  func everyTaskOnce(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    for count in [0, 1, 2, 3, 17, 1000] {
      for _ in 0..<200 {
        let marks = UnsafeMutablePointer<UInt8>.allocate(capacity: max(count, 1))
        marks.initialize(repeating: 0, count: max(count, 1))
        pool.run(count: count) { task, worker in
          marks[task] += 1
          if worker < 0 || worker >= threads { marks[task] = 100 }
        }
        #expect((0..<count).allSatisfy { marks[$0] == 1 })
        marks.deallocate()
      }
    }
  }

  @Test("Backwards every task runs exactly once too, and a single thread runs them from the last")
  func backwards() {
    for threads in [1, 3] {
      let pool = ThreadPool(threadCount: threads)
      for count in [1, 2, 5, 100, 70_000] {
        let marks = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        marks.initialize(repeating: 0, count: count)
        pool.run(count: count, backwards: true) { task, _ in marks[task] += 1 }
        #expect((0..<count).allSatisfy { marks[$0] == 1 })
        marks.deallocate()
      }
    }
    let order = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    defer { order.deallocate() }
    order.initialize(to: 0)
    SerialRunner.shared.run(count: 3, backwards: true) { task, _ in
      order[0] += 1
      order[order[0]] = task
    }
    #expect((1...3).map { order[$0] } == [2, 1, 0])
  }

  @Test("Two tasks at the same time never have the same worker number")
  func workersAreExclusive() {
    let pool = ThreadPool(threadCount: 4)
    let busy = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    busy.initialize(repeating: 0, count: 4)
    let clashes = Atomic<Int>(0)
    for _ in 0..<500 {
      pool.run(count: 64) { _, worker in
        if busy[worker] != 0 { clashes.add(1, ordering: .relaxed) }
        busy[worker] = 1
        for _ in 0..<50 { atomicMemoryFence(ordering: .sequentiallyConsistent) }
        busy[worker] = 0
      }
    }
    #expect(clashes.load(ordering: .relaxed) == 0)
    busy.deallocate()
  }

  @Test("Callers on several threads get all of their tasks done")
  func concurrentCallers() async {
    let pool = ThreadPool(threadCount: 2)
    let total = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var sum: Int = 0
          for round in 0..<300 {
            let results = UnsafeMutablePointer<Int>.allocate(capacity: 32)
            results.initialize(repeating: 0, count: 32)
            pool.run(count: 32) { task, _ in results[task] = task + round }
            sum += (0..<32).reduce(0) { $0 + results[$1] } - 32 * round
            results.deallocate()
          }
          return sum
        }
      }
      return await group.reduce(0, +)
    }
    #expect(total == 8 * 300 * 496)
  }
}
