internal import KernelInterface

/// How the weights of a recurrent operator, W or R [directions, gates * hidden, depth], are packed: for each
/// direction, block of units and group of gates a matrix [depth, gates of the group * units] of its own.
struct RecurrentWeights<Element: BinaryFloatingPoint & Sendable>: Sendable {
  let blocks: RecurrentBlocks
  let depth: Int
  /// The gates that are multiplied together.
  let groups: [Range<Int>]
  let gemm: GemmKernels<Element>
  /// Whether a direction is one matrix, [depth, block, gate, unit], instead.
  let joinsBlocks: Bool
  /// Elements of all blocks of one direction.
  let directionCount: Int
  /// Where each block's groups begin, [block, group].
  private let offsets: [Int]

  init(
    blocks: RecurrentBlocks, depth: Int, groups: [Range<Int>], gemm: GemmKernels<Element>,
    joinsBlocks: Bool = false
  ) {
    self.joinsBlocks = joinsBlocks
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
    directionCount = joinsBlocks ? gemm.packedBCount(depth, blocks.gates * blocks.hidden) : total
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
      guard !joinsBlocks else {
        pack(own, 0..<blocks.count, 0..<blocks.gates, into: target + direction &* directionCount)
        continue
      }
      for block in 0..<blocks.count {
        for group in 0..<groups.count {
          pack(own, block..<block &+ 1, groups[group], into: target + offset(direction, block, group))
        }
      }
    }
  }

  /// Packs some gates of some blocks, whose rows are adjacent gate by gate, as one matrix.
  private func pack(
    _ source: UnsafePointer<Element>, _ range: Range<Int>, _ gates: Range<Int>,
    into target: UnsafeMutablePointer<Element>
  ) {
    func rows(_ block: Int, _ gate: Int) -> UnsafePointer<Element> {
      source + (gate &* blocks.hidden &+ blocks.first(block)) &* depth
    }
    let units: Int = range.reduce(0) { $0 &+ blocks.count($1) }
    if blocks.count == 1 || (range.count == 1 && gates.count == 1) {
      gemm.packB(
        rows(range.lowerBound, gates.lowerBound), 1, depth, depth, gates.count &* units, target)
      return
    }
    // Panels of whole matrices are those of one, where nothing but their elements is packed.
    let isPlain: Bool = gemm.packedBCount(depth, units) == units &* depth
    if range.count == 1, units % gemm.tileColumns == 0, isPlain {
      for (index, gate) in gates.enumerated() {
        gemm.packB(rows(range.lowerBound, gate), 1, depth, depth, units, target + index &* units &* depth)
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Element.self, capacity: gates.count &* units &* depth) { gathered in
      guard var next = gathered.baseAddress else { return }
      let base: UnsafeMutablePointer<Element> = next
      for block in range {
        for gate in gates {
          next.initialize(from: rows(block, gate), count: blocks.count(block) &* depth)
          next += blocks.count(block) &* depth
        }
      }
      gemm.packB(base, 1, depth, depth, gates.count &* units, target)
    }
  }
}
