internal import Graphs

/// The nodes that a map is written as.
enum MapForm {
  case identity
  /// `-x`
  case negation
  /// `shift - x`
  case difference
  case scale
  case shift
  /// A BatchNormalization: scale and shift along axis 1.
  case normalization
  case scaleAndShift

  init(_ map: AxisMap) {
    switch (map.hasScale, map.hasShift) {
    case (false, false): self = .identity
    case (false, true): self = .shift
    case (true, let hasShift):
      if map.scale.allSatisfy({ $0 == -1 }) {
        self = hasShift ? .difference : .negation
      } else if hasShift {
        self = map.axis == 1 ? .normalization : .scaleAndShift
      } else {
        self = .scale
      }
    }
  }

  var nodeCount: Int {
    switch self {
    case .identity: 0
    case .scaleAndShift: 2
    default: 1
    }
  }

  /// Passes over the value that the map takes, counting a scale with a shift as two.
  var passes: Double {
    switch self {
    case .identity: 0
    case .normalization, .scaleAndShift: 2
    default: 1
    }
  }
}
