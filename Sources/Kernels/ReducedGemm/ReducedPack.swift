internal import KernelInterface

/// Packs operands into panels of words: word (lane, i) of a panel, at `panel[i * width + lane]`, holds the
/// numbers of the steps `i * group ..< (i + 1) * group` of the depth; zeros where nothing is. What is
/// quantized has two more numbers for each lane after all panels: its scale, and its zero point (A) or the
/// sum of its integers (B), a 32-bit integer.
struct ReducedPack<Lanes: ReducedLanes> {
  /// Words of depth that are encoded before they go into the panel.
  @inline(__always) static var chunk: Int { 256 }
  @inline(__always) static var widest: Int { larger(2 * Lanes.count, GemmBlocking.rows) }

  /// Bytes for a chunk of a panel's words, for floats of one lane, and for five numbers of each lane.
  @inline(__always) static var scratchBytes: Int {
    (widest * chunk + chunk * Lanes.group + 5 * widest) * MemoryLayout<Float>.stride
  }

  /// The most steps of depth whose sums are right.
  @inline(__always) static var mostDepth: Int { Lanes.isQuantized ? 1 << 15 : Int.max }

  @inline(__always) static func words(_ depth: Int) -> Int { ceilDivide(depth, Lanes.group) }

  @inline(__always) static func packedBytes(_ lanes: Int, _ depth: Int, _ width: Int) -> Int {
    roundUp(lanes, width) * (words(depth) + (Lanes.isQuantized ? 2 : 0)) * MemoryLayout<Float>.stride
  }

  /// The scales of a packed operand; after them, `roundUp(lanes, width)` further, its integers.
  @inline(__always) static func scales(_ lanes: Int, _ depth: Int, _ width: Int) -> Int {
    roundUp(lanes, width) * words(depth)
  }

  static func run(
    _ packing: UnsafePointer<ReducedPacking>, _ width: Int, isWeight: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) {
    let end: Int = packing.pointee.first + packing.pointee.count
    let depth: Int = packing.pointee.depth
    let (laneStride, depthStride): (Int, Int) = (packing.pointee.laneStride, packing.pointee.depthStride)
    let buffer: UnsafeMutablePointer<Float> = scratch.assumingMemoryBound(to: Float.self)
    let numbers: UnsafeMutablePointer<Float> = buffer + (widest * chunk + chunk * Lanes.group)
    let codes = LaneCodes(
      factors: numbers,
      zeros: UnsafeMutableRawPointer(numbers + widest).assumingMemoryBound(to: Int32.self),
      low: isWeight ? -127 : 0, high: isWeight ? 127 : 255)
    let ranges = LaneRanges(
      least: numbers + 2 * widest, largest: numbers + 3 * widest, invalid: numbers + 4 * widest)
    let scales: UnsafeMutablePointer<Float> =
      packing.pointee.target + Self.scales(packing.pointee.lanes, depth, width)
    let integers: UnsafeMutablePointer<Int32> = UnsafeMutableRawPointer(
      scales + roundUp(packing.pointee.lanes, width)
    ).assumingMemoryBound(to: Int32.self)
    var lane: Int = packing.pointee.first
    while lane < end {
      let lanes: Int = smaller(width, end - lane)
      let source: UnsafePointer<Float> = packing.pointee.source + lane * laneStride
      let panel: UnsafeMutablePointer<Float> = packing.pointee.target + lane * words(depth)
      if Lanes.isQuantized {
        ranges.find(source, laneStride, depthStride, lanes, depth)
        choose(codes, ranges, lanes, width, scales + lane)
      }
      if laneStride == 1 && depthStride != 1 {
        packSteps(source, depthStride, lanes, width, depth, codes, panel)
      } else {
        packLanes(source, laneStride, depthStride, lanes, width, depth, codes, panel, buffer)
      }
      if Lanes.isQuantized {
        if isWeight {
          sum(panel, width, words(depth), integers + lane)
        } else {
          for l in 0..<width { integers[lane + l] = l < lanes ? codes.zeros[l] : 0 }
        }
      }
      lane += width
    }
  }

  /// From the ranges of lanes, their scales, and what brings a float to its integer.
  @inline(never)
  static func choose(
    _ codes: LaneCodes, _ ranges: LaneRanges, _ lanes: Int, _ width: Int,
    _ scales: UnsafeMutablePointer<Float>
  ) {
    for l in lanes..<width { scales[l] = 0 }
    for l in 0..<lanes {
      let isSigned: Bool = codes.low < 0
      var scale: Float = ranges.largest[l] / 255 - ranges.least[l] / 255
      if isSigned {
        scale = (ranges.largest[l] > -ranges.least[l] ? ranges.largest[l] : -ranges.least[l]) / 127
      }
      codes.factors[l] = 0
      codes.zeros[l] = 0
      if ranges.invalid[l] != 0 {
        scales[l] = Float.nan
      } else if scale < 0x1p-100 {
        scales[l] = 0
      } else {
        scales[l] = scale
        codes.factors[l] = 1 / scale
        // Not negative, and at most 255 and a little.
        if !isSigned { codes.zeros[l] = Int32(truncatingIfNeeded: Int(0.5 - ranges.least[l] / scale)) }
      }
    }
  }

  /// The sums of the signed bytes of each lane.
  @inline(never)
  private static func sum(
    _ panel: UnsafePointer<Float>, _ width: Int, _ words: Int, _ sums: UnsafeMutablePointer<Int32>
  ) {
    var from: UnsafePointer<Int32> = UnsafeRawPointer(panel).assumingMemoryBound(to: Int32.self)
    for l in 0..<width { sums[l] = 0 }
    for _ in 0..<words {
      for l in 0..<width {
        let word: Int32 = from[l]
        let upper: Int32 = (word >> 24) &+ ((word &<< 8) >> 24)
        sums[l] = sums[l] &+ upper &+ ((word &<< 16) >> 24) &+ ((word &<< 24) >> 24)
      }
      from += width
    }
  }

  /// Lanes are adjacent in the source.
  @inline(never)
  private static func packSteps(
    _ source: UnsafePointer<Float>, _ depthStride: Int, _ lanes: Int, _ width: Int, _ depth: Int,
    _ codes: LaneCodes, _ panel: UnsafeMutablePointer<Float>
  ) {
    var to: UnsafeMutablePointer<Float> = panel
    var step: Int = 0
    while step < depth {
      let steps: Int = smaller(Lanes.group, depth - step)
      let words: UnsafeMutablePointer<UInt32> = UnsafeMutableRawPointer(to).assumingMemoryBound(
        to: UInt32.self)
      Lanes.encodeWords(source + step * depthStride, depthStride, steps, lanes, codes, words)
      for l in lanes..<width { words[l] = 0 }
      to += width
      step += Lanes.group
    }
  }

  /// Each lane's words are written one after another, and transposed into the panel.
  @inline(never)
  private static func packLanes(
    _ source: UnsafePointer<Float>, _ laneStride: Int, _ depthStride: Int, _ lanes: Int, _ width: Int,
    _ depth: Int, _ codes: LaneCodes, _ panel: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let gathered: UnsafeMutablePointer<Float> = scratch + widest * chunk
    let wordCount: Int = words(depth)
    var first: Int = 0
    while first < wordCount {
      let count: Int = smaller(chunk, wordCount - first)
      let step: Int = first * Lanes.group
      let steps: Int = smaller(count * Lanes.group, depth - step)
      for l in 0..<lanes {
        var from: UnsafePointer<Float> = source + l * laneStride + step * depthStride
        if depthStride != 1 {
          for d in 0..<steps { gathered[d] = from[d * depthStride] }
          from = UnsafePointer(gathered)
        }
        let row: UnsafeMutablePointer<Float> = scratch + l * count
        row[count - 1] = 0
        Lanes.encode(from, steps, codes, l, UnsafeMutableRawPointer(row))
      }
      packPanel(
        F32Lanes.self, UnsafePointer(scratch), count, 1, lanes, width, count, panel + first * width)
      first += count
    }
  }
}
