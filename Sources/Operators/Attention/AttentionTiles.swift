internal import Graphs
internal import KernelInterface
internal import Tensors

/// Attention without a matrix of scores: for a block of queries of one head, block after block of keys
///
///     S = scale Q K'   (capped, masked)     P = exp(S - best)     O = factor O + P V
///
/// where `best` is the largest score of each query so far, `factor` what that changes of what was summed
/// before, and at last each row of O is divided by the sum of its P. Keys and values are packed once for all
/// queries. Sources: Milakov, Gimelshein, Online normalizer calculation for softmax, 2018; Dao et al.,
/// FlashAttention, 2022.
struct AttentionTiles<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  private let products: AttentionProducts<Element>
  private let mask: AttentionMask
  private let softcap: Double
  private let slots: (q: Int, k: Int, v: Int, y: Int)
  private let softmax: SoftmaxBlockKernel
  private let tanh: UnaryKernel
  private let affine: UnaryKernel
  private let batch: Int
  /// Temporaries of packed keys and values; nil where a product reads them in place.
  private var packed: (keys: Int, values: Int)?

  init(
    _ products: AttentionProducts<Element>, mask: AttentionMask, softcap: Double,
    slots: (q: Int, k: Int, v: Int, y: Int), softmax: @escaping SoftmaxBlockKernel,
    tanh: @escaping UnaryKernel, affine: @escaping UnaryKernel, batch: Int
  ) {
    self.products = products
    self.mask = mask
    self.softcap = softcap
    self.slots = slots
    self.softmax = softmax
    self.tanh = tanh
    self.affine = affine
    self.batch = batch
  }

  private var query: HeadLayout { products.query }
  private var key: HeadLayout { products.key }
  private var value: HeadLayout { products.value }
  private var result: HeadLayout { products.result }
  private var gemm: GemmKernels<Element> { products.gemm }

  private static var queryBlock: Int { 48 }
  private static var keyBlock: Int { 512 }

  private var keyBlocks: Int { (key.length + Self.keyBlock - 1) / Self.keyBlock }
  private func keyRange(_ block: Int) -> Range<Int> {
    block &* Self.keyBlock..<min((block &+ 1) &* Self.keyBlock, key.length)
  }
  /// Elements of one packed block of keys and of values.
  private var packedKeyBlock: Int { gemm.packedBCount(key.size, min(Self.keyBlock, key.length)) }
  private var packedValueBlock: Int { gemm.packedBCount(min(Self.keyBlock, key.length), value.size) }

  /// Reserves memory: packed operands where several blocks of queries share them, and scratch.
  mutating func reserve(_ context: inout PrepareContext) {
    let stride: Int = MemoryLayout<Element>.stride
    let heads: Int = batch * key.heads
    if query.length > Self.queryBlock, key.length > 0, key.size > 0, value.size > 0 {
      packed = (
        context.temporary(heads * keyBlocks * packedKeyBlock * stride),
        context.temporary(heads * keyBlocks * packedValueBlock * stride)
      )
    }
    let rows: Int = min(Self.queryBlock, query.length)
    let keys: Int = min(Self.keyBlock, key.length)
    context.reserveScratch(
      stateBytes(rows) + products.scoreBytes(rows, keys)
        + products.scratchBytes(rows, keys, isPacked: packed != nil))
  }

  private func stateBytes(_ rows: Int) -> Int { (rows * MemoryLayout<SoftmaxState>.stride + 63) / 64 * 64 }

  func run(_ run: RunContext) {
    pack(run)
    let blocks: Int = (query.length &+ Self.queryBlock &- 1) / Self.queryBlock
    run.parallel(batch &* query.heads &* blocks) { task, worker in
      let head: Int = task / blocks
      let first: Int = task % blocks &* Self.queryBlock
      runBlock(
        run, batch: head / query.heads, head: head % query.heads, first: first,
        rows: min(Self.queryBlock, query.length &- first), scratch: run.scratch(worker))
    }
  }

  private func pack(_ run: RunContext) {
    guard let packed else { return }
    let blocks: Int = keyBlocks
    run.parallel(batch &* key.heads &* blocks) { task, _ in
      let (image, head): (Int, Int) = (task / blocks / key.heads, task / blocks % key.heads)
      let keys: Range<Int> = keyRange(task % blocks)
      let from: Int = keys.lowerBound
      gemm.packB(
        run.input(slots.k, as: Element.self) + (key.offset(image, head) &+ from &* key.rowStride), 1,
        key.rowStride, key.size, keys.count, run.output(packed.keys) + task &* packedKeyBlock)
      gemm.packB(
        run.input(slots.v, as: Element.self) + (value.offset(image, head) &+ from &* value.rowStride),
        value.rowStride, 1, keys.count, value.size, run.output(packed.values) + task &* packedValueBlock)
    }
  }

  private func runBlock(
    _ run: RunContext, batch: Int, head: Int, first: Int, rows: Int, scratch: UnsafeMutableRawPointer
  ) {
    let group: Int = head / (query.heads / key.heads)
    // Keys that no query here may attend are left out.
    let end: Int = mask.limit(run, batch, end: first &+ rows, keys: key.length)
    let states = scratch.assumingMemoryBound(to: SoftmaxState.self)
    states.initialize(repeating: SoftmaxState(), count: rows)
    let scores = (scratch + stateBytes(rows)).assumingMemoryBound(to: Element.self)
    let output: UnsafeMutablePointer<Element> =
      run.output(slots.y, as: Element.self) + (result.offset(batch, head) &+ first &* result.rowStride)
    var block: Int = 0
    while block < keyBlocks, block &* Self.keyBlock < end {
      let keys: Range<Int> = keyRange(block)
      let rest: UnsafeMutableRawPointer = scratch + stateBytes(rows) + products.scoreBytes(rows, keys.count)
      let place: Int = (batch &* key.heads &+ group) &* keyBlocks &+ block
      var product: GemmArguments<Element> = products.scores(
        rows, keys.count, isPacked: packed != nil)
      product.a =
        run.input(slots.q, as: Element.self) + (query.offset(batch, head) &+ first &* query.rowStride)
      var sum: GemmArguments<Element> = products.values(rows, keys.count, isPacked: packed != nil)
      if let packed {
        product.packedB = run.input(packed.keys, as: Element.self) + place &* packedKeyBlock
        sum.packedB = run.input(packed.values, as: Element.self) + place &* packedValueBlock
      } else {
        product.b =
          run.input(slots.k, as: Element.self)
          + (key.offset(batch, group) &+ keys.lowerBound &* key.rowStride)
        sum.b =
          run.input(slots.v, as: Element.self)
          + (value.offset(batch, group) &+ keys.lowerBound &* value.rowStride)
      }
      product.c = scores
      products.multiply(product, rest)
      if softcap > 0 {
        let count: Int = rows &* keys.count
        affine(scores, scores, count, 1 / softcap, 0)
        tanh(scores, scores, count, 0, 0)
        affine(scores, scores, count, softcap, 0)
      }
      for row in 0..<rows {
        let line = scores + row &* keys.count
        if !mask.isEmpty {
          mask.add(run, line, batch: batch, head: head, query: first &+ row, keys: keys)
        }
        let factor: Double = softmax(line, keys.count, states + row)
        if block > 0, factor != 1 {
          let sums = output + row &* result.rowStride
          affine(sums, sums, value.size, factor, 0)
        }
      }
      sum.beta = block == 0 ? 0 : 1
      sum.a = UnsafePointer(scores)
      sum.c = output
      products.multiply(sum, rest)
      block &+= 1
    }
    for row in 0..<rows {
      let sums = output + row &* result.rowStride
      if states[row].sum == 0 || block == 0 {
        sums.update(repeating: 0, count: value.size)
      } else {
        affine(sums, sums, value.size, 1 / states[row].sum, 0)
      }
    }
  }
}

extension AttentionMask {
  /// Adds the mask to the scores of one query over a range of keys; those that it may not attend become
  /// -infinity.
  func add<Element: BinaryFloatingPoint>(
    _ run: RunContext, _ scores: UnsafeMutablePointer<Element>, batch: Int, head: Int, query: Int,
    keys: Range<Int>
  ) {
    let open: Range<Int> = attended(run, batch: batch, query: query, keys: keys.upperBound)
    let first: Int = min(max(open.lowerBound, keys.lowerBound), keys.upperBound)
    let end: Int = max(min(open.upperBound, keys.upperBound), first)
    for key in keys.lowerBound..<first { scores[key &- keys.lowerBound] = -.infinity }
    for key in end..<keys.upperBound { scores[key &- keys.lowerBound] = -.infinity }
    guard let slot, first < end else { return }
    let base: Int = batch &* strides.batch &+ head &* strides.head &+ query &* strides.row
    let line = scores + (first &- keys.lowerBound)
    let count: Int = end &- first
    if type == .float32, Element.self == Float.self, strides.column == 1 {
      let added = run.input(slot, as: Float.self) + (base &+ first)
      UnsafeMutableRawPointer(line).withMemoryRebound(to: Float.self, capacity: count) { line in
        for key in 0..<count { line[key] += added[key] }
      }
    } else if type == .bool {
      let flags = run.input(slot, as: UInt8.self) + (base &+ first &* strides.column)
      for key in 0..<count where flags[key &* strides.column] == 0 { line[key] = -.infinity }
    } else {
      for key in 0..<count {
        let place: Int = base &+ (first &+ key) &* strides.column
        line[key] += Element(RealReader.read(UnsafeRawPointer(run.slots[slot]), type, place))
      }
    }
  }
}
