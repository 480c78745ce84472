internal import Graphs

/// A division of a map into what goes up, what stays and what goes down: the map is `down` after `rest`
/// after `up`.
struct MapWay {
  let name: String
  let up: AxisMap
  let rest: AxisMap?
  let down: AxisMap

  /// The ways to divide `map`, those that leave nothing first.
  static func all(_ map: AxisMap) -> [MapWay] {
    let none = AxisMap(axis: nil, scale: [1], shift: [0])
    var ways: [MapWay] = [
      MapWay(name: "into the layers before", up: map, rest: nil, down: none),
      MapWay(name: "into the layers after", up: none, rest: nil, down: map),
    ]
    if map.hasScale, map.hasShift { ways += dividing(map, none) }
    if map.scale.contains(where: { $0 < 0 }) { ways += keepingSigns(map, none) }
    return ways
  }

  private static func dividing(_ map: AxisMap, _ none: AxisMap) -> [MapWay] {
    let (scale, shift) = (map.scaleOnly, map.shiftOnly)
    let (before, after) = map.shiftFirst
    var ways: [MapWay] = [
      MapWay(name: "scale before, shift after", up: scale, rest: nil, down: shift),
      MapWay(name: "shift before, scale after", up: before, rest: nil, down: after),
      MapWay(name: "scale after, shift stays", up: none, rest: before, down: after),
      MapWay(name: "scale before, shift stays", up: scale, rest: shift, down: none),
      MapWay(name: "shift after, scale stays", up: none, rest: scale, down: shift),
    ]
    if !after.hasShift {
      ways.append(MapWay(name: "shift before, scale stays", up: before, rest: scale, down: none))
    }
    return ways.filter { $0.up.isFinite && $0.rest?.isFinite ?? true }
  }

  /// The magnitudes go down, where they cross what signs can't.
  private static func keepingSigns(_ map: AxisMap, _ none: AxisMap) -> [MapWay] {
    var (signed, magnitude): (AxisMap, AxisMap) = (map, map)
    for c in 0..<map.count {
      let size: Double = abs(map.scale[c])
      signed.scale[c] = map.scale[c] < 0 ? -1 : 1
      signed.shift[c] = size == 0 ? 0 : map.shift[c] / size
      magnitude.scale[c] = size
      magnitude.shift[c] = size == 0 ? map.shift[c] : 0
    }
    guard magnitude.hasScale, signed.isFinite else { return [] }
    var ways: [MapWay] = [
      MapWay(name: "magnitude after, sign and shift before", up: signed, rest: nil, down: magnitude)
    ]
    let isCheaper: Bool = MapForm(signed).passes < MapForm(map).passes
    if isCheaper {
      ways.append(MapWay(name: "magnitude after, sign stays", up: none, rest: signed, down: magnitude))
    }
    guard map.hasShift else { return ways }
    ways.append(
      MapWay(
        name: "magnitude after, sign before, shift stays", up: signed.scaleOnly, rest: signed.shiftOnly,
        down: magnitude))
    if let before = signed.shiftBeforeScale {
      ways.append(
        MapWay(
          name: "magnitude after, shift before, sign stays", up: before, rest: signed.scaleOnly,
          down: magnitude))
    }
    return ways
  }
}

extension AxisMap {
  /// The map as a shift, and a scale after it, which keeps the shift of a channel whose scale is 0.
  var shiftFirst: (before: AxisMap, after: AxisMap) {
    var (before, after): (AxisMap, AxisMap) = (shiftOnly, scaleOnly)
    for c in 0..<count where shift[c] != 0 {
      before.shift[c] = scale[c] == 0 ? 0 : shift[c] / scale[c]
      after.shift[c] = scale[c] == 0 ? shift[c] : 0
    }
    return (before, after)
  }
}
