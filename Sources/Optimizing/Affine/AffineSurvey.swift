internal import Graphs

/// Finds the normalizations, scales and shifts of a graph and of the graphs inside its operators before they
/// are optimized, and tells afterwards what became of each. A node keeps the name of its output through every
/// rewrite, with an ending where it is split in two, so that it is found again by that name.
struct AffineSurvey {
  private struct Subject {
    let kind: AffineFate.Kind
    let place: GraphPlace
    let value: String
  }

  private let disabled: Set<String>
  private var subjects: [Subject] = []
  private var found: Set<String> = []
  /// What keeps each subject, by its value, where it is.
  private var obstacles: [String: [String]] = [:]
  /// What is left of each, by its value.
  private var remaining: [String: [String]] = [:]

  init(disabled: Set<String>) { self.disabled = disabled }

  /// Takes up what there is in the graph and has not been found before.
  mutating func find(in context: RewriteContext) {
    for node in context.graph.nodes {
      guard let kind = Self.kind(of: node, in: context), let value = Self.value(of: node, in: context.graph),
        !found.contains(Self.origin(of: value, among: found)), found.insert(value).inserted
      else { continue }
      subjects.append(Subject(kind: kind, place: node.place, value: value))
    }
  }

  /// Takes down what keeps everything that is left where it is. Later stages put it into larger operators,
  /// which say less.
  mutating func explain(in context: RewriteContext) {
    var met: [String: [String]] = [:]
    for node in context.graph.nodes where Self.kind(of: node, in: context) != nil {
      guard let value = Self.value(of: node, in: context.graph) else { continue }
      let origin: String = Self.origin(of: value, among: found)
      for obstacle in obstacles(node, in: context) where !met[origin, default: []].contains(obstacle) {
        met[origin, default: []].append(obstacle)
      }
    }
    obstacles.merge(met) { $1 }
  }

  /// Begins to count anew what is left.
  mutating func recount() { remaining = [:] }

  /// Counts what is left in one graph.
  mutating func count(in context: RewriteContext) {
    for node in context.graph.nodes where Self.kind(of: node, in: context) != nil {
      guard let value = Self.value(of: node, in: context.graph) else { continue }
      remaining[Self.origin(of: value, among: found), default: []].append(node.opName)
    }
  }

  /// What became of all that was found. `entries` are the rewrites that were done; `isExhausted` says that no
  /// more of them were allowed.
  func fates(after entries: ArraySlice<OptimizationReport.Entry>, isExhausted: Bool) -> [AffineFate] {
    var changes: [String: [String]] = [:]
    for entry in entries {
      let text: String = entry.note.isEmpty ? entry.rule : "\(entry.rule): \(entry.note)"
      changes[Self.origin(of: entry.value, among: found), default: []].append(text)
    }
    return subjects.map { subject in
      let left: [String] = remaining[subject.value] ?? []
      var done: [String] = changes[subject.value] ?? []
      let op: String = subject.place.op ?? ""
      // A stream is centered from one of its normalizations, for all of them.
      if op == "LayerNormalization", left.contains(where: { $0.hasSuffix("RMSNormalization") }),
        !done.contains(where: { $0.hasPrefix(HoistCentering.name) })
      {
        done.append("\(HoistCentering.name): with the others of its stream")
      }
      var obstacles: [String] = left.isEmpty ? [] : self.obstacles[subject.value] ?? []
      if isExhausted, !left.isEmpty { obstacles.append("no more rewrites were allowed") }
      return AffineFate(
        kind: subject.kind, place: subject.place, value: subject.value, remaining: left,
        changes: done, obstacles: obstacles)
    }
  }

  private func obstacles(_ node: Node, in context: RewriteContext) -> [String] {
    var result: [String] = []
    let graph: Graph = context.graph
    for case let input? in node.inputs where graph[input].isKept {
      result.append("'\(graph[input].name)' is kept")
    }
    if let map = DissolveMaps().obstacles(node, in: context) {
      return result + reasons(map, DissolveMaps.name, "")
    }
    guard Self.isNormalization(node) else { return result }
    if let tail = DissolveTails().obstacles(node, in: context) {
      result += reasons(tail, DissolveTails.name, "gain and offset: ")
    } else if result.isEmpty, !hasReadableParameters(node, in: context) {
      result.append("no rule moves its gain and offset, or they are no constants of the last axis")
    }
    if node.op is any MeanNormalization {
      let mean: String? = HoistCentering().obstacle(node, in: context)
      result += reasons(mean.map { [$0] } ?? [], HoistCentering.name, "mean: ")
    }
    return result
  }

  private func reasons(_ obstacles: [String], _ rule: String, _ prefix: String) -> [String] {
    disabled.contains(rule) ? ["\(prefix)\(rule) is disabled"] : obstacles.map { prefix + $0 }
  }

  private func hasReadableParameters(_ node: Node, in context: RewriteContext) -> Bool {
    guard node.inputs.count > 1 else { return true }
    guard let op = node.op as? any AffineTailOperator else { return false }
    return op.affineTail(MapMover(context, origin: node.id).view(node)) != nil
  }

  // What is looked for

  private static func kind(of node: Node, in context: RewriteContext) -> AffineFate.Kind? {
    if isNormalization(node) { return .normalization }
    guard let op = node.op as? any AffineMapOperator,
      op.affineMap(MapMover(context, origin: node.id).view(node)) != nil
    else { return nil }
    return .map
  }

  private static func isNormalization(_ node: Node) -> Bool { node.opName.hasSuffix("Normalization") }

  private static func value(of node: Node, in graph: Graph) -> String? {
    node.outputs.lazy.compactMap { $0 }.first.map { graph[$0].name }
  }

  /// The name among `names` that `value` was made of by adding endings; `value` where there is none.
  private static func origin(of value: String, among names: Set<String>) -> String {
    var candidate: Substring = value[...]
    while !names.contains(String(candidate)) {
      guard let dot = candidate.lastIndex(of: "."), endings.contains(String(candidate[dot...])) else {
        return value
      }
      candidate = candidate[..<dot]
    }
    return String(candidate)
  }

  /// The endings that `MapPatch` gives to the values of a map that it splits, and that of what has left a
  /// loop.
  private static let endings: Set<String> = [".scaled", ".shifted", ".steps"]
}
