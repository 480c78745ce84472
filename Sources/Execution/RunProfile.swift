package import Graphs
internal import Planning

/// Where the time of runs went, step by step. For one run at a time.
package final class RunProfile {
  package struct Entry: Sendable {
    package var place: GraphPlace
    package var calls: Int
    package var nanoseconds: UInt64
    package var cost: Cost
  }

  package private(set) var entries: [Entry] = []
  package private(set) var runs: Int = 0

  package init() {}

  func begin(_ plan: Plan) {
    runs += 1
    guard entries.count != plan.steps.count else { return }
    entries = plan.steps.map { Entry(place: $0.place, calls: 0, nanoseconds: 0, cost: $0.cost) }
  }

  func add(step: Int, nanoseconds: UInt64) {
    entries[step].calls += 1
    entries[step].nanoseconds += nanoseconds
  }
}
