/// Why a map could not be moved somewhere, for the report.
struct MapObstacle {
  /// What stood in the way, a node mostly: of the maps of one search that it refuses, the report names the
  /// first, which is the whole one.
  let subject: String
  /// The sentence of the report.
  let reason: String
}

extension [MapObstacle] {
  /// Takes down an obstacle unless there is one about its subject.
  mutating func add(_ obstacle: MapObstacle) {
    if !contains(where: { $0.subject == obstacle.subject }) { append(obstacle) }
  }
}
