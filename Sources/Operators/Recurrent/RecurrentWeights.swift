internal import KernelInterface

/// How the weights of a recurrent operator, W or R [directions, gates * hidden, depth], are packed: for each
/// direction, block of units and group of gates a matrix [depth, gates of the group * units] of its own.
struct RecurrentWeights<Element: BinaryFloatingPoint & Sendable>: Sendable {
  let blocks: RecurrentBlocks
  let depth: Int
  /// The gates that are multiplied together.
  let groups: [Range<Int>]
  let gemm: GemmKernels<Element>
  /// Elements of all blocks of one direction.
  let directionCount: Int
  /// Where each block's groups begin, [block, group].
  private let offsets: [Int]

  init(blocks: RecurrentBlocks, depth: Int, groups: [Range<Int>], gemm: GemmKernels<Element>) {
    self.blocks = blocks
    self.depth = depth
    self.groups = groups
    self.gemm = gemm
    var offsets: [Int] = []
    var total: Int = 0
    for block in 0..<blocks.count {
      for group in groups {
        offsets.append(total)
        total += gemm.packedBCount(depth, group.count * blocks.count(block))
      }
    }
    self.offsets = offsets
    directionCount = total
  }

  /// Names the order, for weights that are packed once and shared.
  var layout: String { "\(Element.self) \(blocks.gates) \(blocks.hidden) \(depth) \(blocks.units) \(groups)" }

  func offset(_ direction: Int, _ block: Int, _ group: Int) -> Int {
    direction &* directionCount &+ offsets[block &* groups.count &+ group]
  }

  /// Packs the weights of all directions.
  func pack(_ source: UnsafePointer<Element>, directions: Int, into target: UnsafeMutablePointer<Element>) {
    for direction in 0..<directions {
      let own = source + direction &* blocks.gates &* blocks.hidden &* depth
      for block in 0..<blocks.count {
        for group in 0..<groups.count {
          pack(own, block, groups[group], into: target + offset(direction, block, group))
        }
      }
    }
  }

  /// Packs some gates of a block, whose rows are adjacent gate by gate.
  private func pack(
    _ source: UnsafePointer<Element>, _ block: Int, _ gates: Range<Int>,
    into target: UnsafeMutablePointer<Element>
  ) {
    let units: Int = blocks.count(block)
    if blocks.count == 1 || gates.count == 1 {
      let from = source + (gates.lowerBound &* blocks.hidden &+ blocks.first(block)) &* depth
      gemm.packB(from, 1, depth, depth, gates.count &* units, target)
      return
    }
    if units % gemm.tileColumns == 0 {
      for (index, gate) in gates.enumerated() {
        let from = source + (gate &* blocks.hidden &+ blocks.first(block)) &* depth
        gemm.packB(from, 1, depth, depth, units, target + index &* units &* depth)
      }
      return
    }
    let size: Int = units &* depth
    withUnsafeTemporaryAllocation(of: Element.self, capacity: gates.count &* size) { rows in
      guard let base = rows.baseAddress else { return }
      for (index, gate) in gates.enumerated() {
        let from = source + (gate &* blocks.hidden &+ blocks.first(block)) &* depth
        (base + index &* size).initialize(from: from, count: size)
      }
      gemm.packB(base, 1, depth, depth, gates.count &* units, target)
    }
  }
}
