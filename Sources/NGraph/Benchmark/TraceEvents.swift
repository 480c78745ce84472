/// A timeline in the Chrome trace event format (JSON), which Perfetto and browsers show: complete events
/// (`"ph": "X"`) with microseconds, one line each.
struct TraceEvents {
  private struct Event {
    let name: String
    let category: String
    let start: UInt64
    let nanoseconds: UInt64
    let arguments: [(String, JSONValue)]
  }

  private let origin: UInt64
  private var events: [Event] = []

  /// A timeline that begins at `origin`, in nanoseconds of the clock of all events.
  init(origin: UInt64) { self.origin = origin }

  /// Adds what took `nanoseconds` from `start` on. Events that lie inside others are shown below them.
  mutating func add(
    _ name: String, category: String, start: UInt64, nanoseconds: UInt64,
    arguments: [(String, JSONValue)] = []
  ) {
    events.append(
      Event(name: name, category: category, start: start, nanoseconds: nanoseconds, arguments: arguments))
  }

  /// The file's text.
  var text: String {
    JSONValue.object([
      ("displayTimeUnit", "ns"),
      (
        "traceEvents",
        .array(
          [
            .object([
              ("name", "process_name"), ("ph", "M"), ("pid", 1), ("tid", 1),
              ("args", .object([("name", "ngraph")])),
            ])
          ] + events.map { json($0) })
      ),
    ]).text
  }

  private func json(_ event: Event) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(event.name)), ("cat", .string(event.category)), ("ph", "X"), ("pid", 1), ("tid", 1),
      ("ts", .number(Double(event.start &- origin) / 1e3)), ("dur", .number(Double(event.nanoseconds) / 1e3)),
    ]
    if !event.arguments.isEmpty { members.append(("args", .object(event.arguments))) }
    return .object(members)
  }
}
