internal import KernelInterface

/// Attention for one block of queries, one query in each lane of two registers: scores are computed
/// transposed, a row for each key,
///
///     S' = K (scale Q)' + mask'     P' = exp(S' - best)     O' = factor O' + V' P'
///
/// so that maximum, exponentials and sum go down the rows without a step across lanes, and P' is at once the
/// panel that the second product reads. Keys come in blocks whose scores stay in the first-level cache;
/// `best` is the largest score of each query so far, `factor` what a new one changes of the sums before it.
/// At last O' is divided by the sum of P' and transposed into Y. Sources: Milakov, Gimelshein, Online
/// normalizer calculation for softmax, 2018; Dao et al., FlashAttention, 2022.
struct AttentionRun {
  /// Keys of a block: a multiple of every tile's rows.
  static var keyBlock: Int { 240 }
  /// Keys whose exponentials are summed before they join the sum of the block.
  private static var sumBlock: Int { 16 }
  @inline(__always) static var lanes: Int { F32Lanes.count }
  @inline(__always) static var width: Int { 2 * F32Lanes.count }
  @inline(__always) static var tileRows: Int { GemmBlocking.rows }

  let block: UnsafePointer<AttentionBlock>
  /// scale Q', [size, width].
  let queries: UnsafeMutablePointer<Float>
  /// S' and P' of a block of keys, [keyBlock, width], and rows that a last tile writes beyond.
  let scores: UnsafeMutablePointer<Float>
  /// O', [valueSize, width].
  let sums: UnsafeMutablePointer<Float>

  /// The largest score of each query, and the sum of its exponentials.
  private var best: LanePair = LanePair(splat(-Float.greatestFiniteMagnitude))
  private var total: LanePair = LanePair(splat(0))

  static func scratchBytes(_ keys: Int, _ size: Int, _ valueSize: Int) -> Int {
    let rows: Int = smaller(keyBlock, keys) + tileRows + size + roundUp(valueSize, tileRows)
    return rows * width * MemoryLayout<Float>.stride
  }

  init(_ block: UnsafePointer<AttentionBlock>, _ scratch: UnsafeMutableRawPointer) {
    self.block = block
    queries = scratch.assumingMemoryBound(to: Float.self)
    scores = queries + block.pointee.size * Self.width
    sums = scores + (smaller(Self.keyBlock, block.pointee.keys) + Self.tileRows) * Self.width
  }

  @inline(never)
  mutating func run() {
    packQueries()
    var first: Int = 0
    while first < block.pointee.keys {
      let count: Int = smaller(Self.keyBlock, block.pointee.keys - first)
      multiply(
        block.pointee.packedKeys + first * block.pointee.size, Self.tileRows * block.pointee.size,
        block.pointee.size, UnsafePointer(queries), count, scores, accumulates: false)
      let factor: LanePair = exponentials(first, count)
      if first > 0 { rescale(factor) }
      multiply(
        block.pointee.packedValues + first * Self.tileRows, Self.tileRows * block.pointee.packedKeyCount,
        count,
        UnsafePointer(scores), block.pointee.valueSize, sums, accumulates: first > 0)
      first += count
    }
    if first == 0 { rescale(LanePair(splat(0)), overwrites: true) }
    finish()
  }

  private func packQueries() {
    let size: Int = block.pointee.size
    packPanel(
      F32Lanes.self, block.pointee.q, block.pointee.qRowStride, 1, block.pointee.queries, Self.width, size,
      queries)
    let scale: VF32 = splat(block.pointee.scale)
    for row in 0..<2 * size {
      let at: UnsafeMutablePointer<Float> = queries + row * Self.lanes
      F32Lanes.store(F32Lanes.load(at) * scale, at)
    }
  }

  /// `rows` rows of out (+)= A B, A in panels `panelStride` apart, B a panel of `depth` rows.
  @inline(__always)
  private func multiply(
    _ panels: UnsafePointer<Float>, _ panelStride: Int, _ depth: Int, _ b: UnsafePointer<Float>, _ rows: Int,
    _ out: UnsafeMutablePointer<Float>, accumulates: Bool
  ) {
    let ahead = Ahead(line: UnsafeRawPointer(panels), stride: 0)
    var a: UnsafePointer<Float> = panels
    var row: Int = 0
    while row < rows {
      let height: Int = smaller(Self.tileRows, rows - row)
      let target: UnsafeMutablePointer<Float> = out + row * Self.width
      if block.pointee.queries > Self.lanes {
        multiplyTile(
          rows: height, of: WideRow<F32Lanes>.self, depth, a, b, Self.width, ahead, target, Self.width,
          accumulates)
      } else {
        multiplyTile(
          rows: height, of: NarrowRow<F32Lanes>.self, depth, a, b, Self.width, ahead, target, Self.width,
          accumulates)
      }
      a += panelStride
      row += Self.tileRows
    }
  }

  /// Turns the scores of `count` keys into exponentials, and returns the factor of what was summed before.
  @inline(__always)
  private mutating func exponentials(_ first: Int, _ count: Int) -> LanePair {
    let before: LanePair = best
    var left: VF32 = before.left
    var right: VF32 = before.right
    if let mask = block.pointee.packedMask {
      for key in 0..<count {
        let at: UnsafeMutablePointer<Float> = scores + key * Self.width
        let added: UnsafePointer<Float> = mask + (first + key) * Self.width
        let low: VF32 = F32Lanes.load(at) + F32Lanes.load(added)
        let high: VF32 = F32Lanes.load(at + Self.lanes) + F32Lanes.load(added + Self.lanes)
        F32Lanes.store(low, at)
        F32Lanes.store(high, at + Self.lanes)
        left = maximum(low, left)
        right = maximum(high, right)
      }
    } else {
      for key in 0..<count {
        let at: UnsafeMutablePointer<Float> = scores + key * Self.width
        left = maximum(F32Lanes.load(at), left)
        right = maximum(F32Lanes.load(at + Self.lanes), right)
      }
    }
    best = LanePair(left, right)
    let isNarrow: Bool = block.pointee.queries <= Self.lanes
    var sum: LanePair = LanePair(splat(0))
    var key: Int = 0
    while key < count {
      let end: Int = smaller(key + Self.sumBlock, count)
      var low: VF32 = splat(0)
      var high: VF32 = splat(0)
      while key < end {
        let at: UnsafeMutablePointer<Float> = scores + key * Self.width
        let e: VF32 = shiftedExp(F32Lanes.load(at), left)
        F32Lanes.store(e, at)
        low += e
        if !isNarrow {
          let e: VF32 = shiftedExp(F32Lanes.load(at + Self.lanes), right)
          F32Lanes.store(e, at + Self.lanes)
          high += e
        }
        key += 1
      }
      sum = LanePair(sum.left + low, sum.right + high)
    }
    let factor = LanePair(shiftedExp(before.left, left), shiftedExp(before.right, right))
    total = LanePair(
      mulAdd(total.left, factor.left, sum.left), mulAdd(total.right, factor.right, sum.right))
    return factor
  }

  /// Multiplies O' by a factor for each query.
  @inline(__always)
  private func rescale(_ factor: LanePair, overwrites: Bool = false) {
    for row in 0..<block.pointee.valueSize {
      let at: UnsafeMutablePointer<Float> = sums + row * Self.width
      F32Lanes.store(overwrites ? factor.left : F32Lanes.load(at) * factor.left, at)
      F32Lanes.store(
        overwrites ? factor.right : F32Lanes.load(at + Self.lanes) * factor.right, at + Self.lanes)
    }
  }

  /// Divides O' by the sums and transposes it into Y.
  @inline(__always)
  private func finish() {
    rescale(LanePair(inverse(total.left), inverse(total.right)))
    let (queries, size): (Int, Int) = (block.pointee.queries, block.pointee.valueSize)
    let stride: Int = block.pointee.yRowStride
    var q: Int = 0
    while q + 4 <= queries {
      let to: UnsafeMutablePointer<Float> = block.pointee.y + q * stride
      var d: Int = 0
      while d + 4 <= size {
        F32Lanes.transpose4(UnsafePointer(sums + d * Self.width + q), Self.width, to + d, stride)
        d += 4
      }
      while d < size {
        for i in 0..<4 { to[i * stride + d] = sums[d * Self.width + q + i] }
        d += 1
      }
      q += 4
    }
    while q < queries {
      for d in 0..<size { block.pointee.y[q * stride + d] = sums[d * Self.width + q] }
      q += 1
    }
  }

  /// 1 / x, and 0 for 0: no key was attended.
  @inline(__always) private func inverse(_ x: VF32) -> VF32 {
    select(x .== splat(0), splat(0), splat(1) / x)
  }
}

/// Two registers: a value for each query of a block.
private struct LanePair {
  var left: VF32
  var right: VF32

  @inline(__always) init(_ left: VF32, _ right: VF32) {
    self.left = left
    self.right = right
  }

  @inline(__always) init(_ both: VF32) { self.init(both, both) }
}
