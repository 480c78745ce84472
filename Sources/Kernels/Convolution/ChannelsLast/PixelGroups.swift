internal import KernelInterface

/// Groups of few outputs each, taken together: several are one group whose weights are zero between an output
/// and the channels of another. What is multiplied with zeros costs less than registers that are mostly
/// empty.
enum PixelGroups<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  /// How many groups become one.
  static func factor(_ problem: PixelProblem<Element>) -> Int {
    var factor: Int = 1
    var next: Int = 2
    while next <= problem.groups && problem.outputs * next <= Lanes.count {
      if problem.groups % next == 0 { factor = next }
      next += 1
    }
    return factor
  }

  static func merged(_ problem: PixelProblem<Element>) -> PixelProblem<Element> {
    let factor: Int = factor(problem)
    var merged: PixelProblem<Element> = problem
    merged.groups /= factor
    merged.channels *= factor
    merged.outputs *= factor
    return merged
  }

  /// Packs weights of the groups of `problem` as `PixelSpatial` expects those of the merged groups: panels
  /// `columns` wide, each [depth][column].
  @inline(never)
  static func packWeights(
    _ problem: PixelProblem<Element>, _ columns: Int, _ weights: UnsafePointer<Element>,
    _ destination: UnsafeMutablePointer<Element>
  ) {
    let merged: PixelProblem<Element> = merged(problem)
    let factor: Int = factor(problem)
    let taps: Int = problem.taps
    let isPlanar: Bool = problem.inputChannel != 1
    var to: UnsafeMutablePointer<Element> = destination
    for group in 0..<merged.groups {
      var column: Int = 0
      while column < merged.outputs {
        let count: Int = smaller(columns, merged.outputs - column)
        let width: Int = roundUp(count, Lanes.count)
        for step in 0..<taps * merged.channels {
          let tap: Int = isPlanar ? step % taps : step / merged.channels
          let channel: Int = isPlanar ? step / taps : step % merged.channels
          let part: Int = channel / problem.channels
          for i in 0..<width {
            let output: Int = column + i
            let isOwn: Bool = i < count && output / problem.outputs == part
            let row: Int = (group * factor + part) * problem.outputs + output % problem.outputs
            to[i] =
              isOwn ? weights[(row * problem.channels + channel % problem.channels) * taps + tap] : 0
          }
          to += width
        }
        column += columns
      }
    }
  }
}
