package import Graphs
internal import Planning

/// Where the time of runs went, step by step. For one run at a time.
package final class RunProfile {
  package struct Entry: Sendable {
    package var place: GraphPlace
    /// The kernel that the step runs; empty where the operator says it all.
    package var kernel: String
    package var calls: Int
    /// The sum of all calls.
    package var nanoseconds: UInt64
    /// The fastest call.
    package var fastest: UInt64
    package var cost: Cost
  }

  /// One call of a step.
  package struct Event: Sendable {
    /// The number of the entry.
    package var step: Int
    /// The moment at which it began, on `MonotonicClock`.
    package var start: UInt64
    package var nanoseconds: UInt64
  }

  package private(set) var entries: [Entry] = []
  package private(set) var runs: Int = 0
  /// Every call of every step, where they are kept.
  package private(set) var events: [Event] = []
  private let keepsEvents: Bool

  package init(keepsEvents: Bool = false) { self.keepsEvents = keepsEvents }

  func begin(_ plan: Plan) {
    runs += 1
    guard entries.count != plan.steps.count else { return }
    entries = plan.steps.map { step in
      let kernel: String =
        switch step.action {
        case .kernel(let prepared): prepared.kernel
        case .evaluate: "evaluated"
        }
      return Entry(
        place: step.place, kernel: kernel, calls: 0, nanoseconds: 0, fastest: .max, cost: step.cost)
    }
  }

  func add(step: Int, start: UInt64, nanoseconds: UInt64) {
    entries[step].calls += 1
    entries[step].nanoseconds += nanoseconds
    entries[step].fastest = min(entries[step].fastest, nanoseconds)
    if keepsEvents { events.append(Event(step: step, start: start, nanoseconds: nanoseconds)) }
  }
}
