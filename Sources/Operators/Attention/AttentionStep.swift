internal import Graphs
internal import KernelInterface
internal import Tensors

/// Runs attention, by `AttentionBlocks` or `AttentionTiles` where nobody wants the scores. Otherwise a task
/// for each head of each image and block of queries computes its scores in scratch memory, masks them, takes
/// their softmax and multiplies with the values.
struct AttentionStep<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  private let batch: Int
  private let query: HeadLayout
  private let key: HeadLayout
  private let value: HeadLayout
  private let result: HeadLayout
  private let mask: AttentionMask
  private let softcap: Double
  private let scoreOutput: Int
  private let scoresSlot: Int?
  private let slots: (q: Int, k: Int, v: Int, y: Int)
  private let caches: [CacheUpdate]
  private let products: AttentionProducts<Element>
  private let softmax: SoftmaxKernel
  private let tanh: UnaryKernel
  private let affine: UnaryKernel
  /// How it runs where nobody wants the scores.
  private var tiles: AttentionTiles<Element>?
  private var blocks: AttentionBlocks?

  private static var block: Int { 48 }

  init(
    _ op: AttentionOp, _ context: inout PrepareContext, _ gemm: GemmKernels<Element>, _ element: KernelElement
  ) throws(PlanError) {
    let q: PrepareContext.Operand = context.input(0)
    let (k, v): (PrepareContext.Operand, PrepareContext.Operand) = (context.input(1), context.input(2))
    guard let softmax = context.kernels.softmax.softmax(element),
      let blockwise = context.kernels.softmax.block(element),
      let tanh = context.kernels.unary.kernel(.tanh, element),
      let affine = context.kernels.unary.kernel(.affine, element)
    else { throw context.unsupported(q.elementType) }
    self.softmax = softmax
    self.tanh = tanh
    self.affine = affine
    batch = q.shape[0]
    query = HeadLayout(q.shape, heads: op.queryHeads)
    let past: Int? = context.optionalInput(4).map { $0.shape[2] }
    let (newKeys, newValues) = (
      HeadLayout(k.shape, heads: op.keyHeads), HeadLayout(v.shape, heads: op.keyHeads)
    )
    let total: Int = (past ?? 0) + newKeys.length
    result =
      q.shape.rank == 4
      ? HeadLayout(heads: query.heads, length: query.length, size: newValues.size)
      : HeadLayout(context.output(0).shape, heads: query.heads)
    var caches: [CacheUpdate] = []
    var (keySlot, valueSlot): (Int, Int) = (k.slot, v.slot)
    var (keyLayout, valueLayout): (HeadLayout, HeadLayout) = (newKeys, newValues)
    for index in 0..<2 {
      let new: HeadLayout = index == 0 ? newKeys : newValues
      let old: PrepareContext.Operand? = context.optionalInput(4 + index)
      let present: PrepareContext.Operand? = context.optionalOutput(1 + index)
      guard old != nil || present != nil else { continue }
      let layout = HeadLayout(heads: new.heads, length: total, size: new.size)
      let slot: Int =
        present?.slot
        ?? context.temporary(batch * layout.batchStride * MemoryLayout<Element>.stride)
      caches.append(
        CacheUpdate(
          batch: batch, past: old?.slot, pastLength: past ?? 0, new: index == 0 ? k.slot : v.slot,
          source: new, target: layout, slot: slot, elementSize: MemoryLayout<Element>.stride))
      if index == 0 {
        (keySlot, keyLayout) = (slot, layout)
      } else {
        (valueSlot, valueLayout) = (slot, layout)
      }
    }
    self.caches = caches
    key = keyLayout
    value = valueLayout
    slots = (q.slot, keySlot, valueSlot, context.output(0).slot)
    mask = AttentionMask(op, context, queries: query.length, keys: total, past: past)
    let size = Double(max(1, query.size))
    products = AttentionProducts(
      query: query, key: key, value: value, result: result,
      scale: Element(op.scale.map { Double($0) } ?? 1 / size.squareRoot()), gemm: gemm)
    softcap = Double(op.softcap)
    scoreOutput = op.scoreOutput
    scoresSlot = context.optionalOutput(3)?.slot
    if scoresSlot == nil, Element.self == Float.self, softcap == 0,
      let blocks = AttentionBlocks(
        query: query, key: key, value: value, result: result, mask: mask,
        scale: Float(products.scale), slots: slots,
        batch: batch, &context)
    {
      self.blocks = blocks
      return
    }
    if scoresSlot == nil {
      var tiles = AttentionTiles(
        products, mask: mask, softcap: softcap, slots: slots, softmax: blockwise, tanh: tanh, affine: affine,
        batch: batch)
      tiles.reserve(&context)
      self.tiles = tiles
      return
    }
    let rows: Int = min(Self.block, query.length)
    context.reserveScratch(products.scoreBytes(rows, total) + products.scratchBytes(rows, total))
  }

  func step() -> Step {
    if let blocks {
      return Step(kernel: blocks.kernelName) { run in
        for cache in caches { cache.apply(run) }
        blocks.run(run)
      }
    }
    return Step { run in
      for cache in caches { cache.apply(run) }
      if let tiles {
        tiles.run(run)
        return
      }
      let blocks: Int = (query.length &+ Self.block &- 1) / Self.block
      run.parallel(batch &* query.heads &* blocks) { task, worker in
        let head: Int = task / blocks
        let first: Int = task % blocks &* Self.block
        runBlock(
          run, batch: head / query.heads, head: head % query.heads, first: first,
          rows: min(Self.block, query.length &- first), scratch: run.scratch(worker))
      }
    }
  }

  private func runBlock(
    _ run: RunContext, batch: Int, head: Int, first: Int, rows: Int, scratch: UnsafeMutableRawPointer
  ) {
    let group: Int = head / (query.heads / key.heads)
    let keys: Int = key.length
    let scores = scratch.assumingMemoryBound(to: Element.self)
    let rest: UnsafeMutableRawPointer = scratch + products.scoreBytes(rows, keys)
    var product: GemmArguments<Element> = products.scores(rows, keys)
    product.a = run.input(slots.q, as: Element.self) + (query.offset(batch, head) &+ first &* query.rowStride)
    product.b = run.input(slots.k, as: Element.self) + key.offset(batch, group)
    product.c = scores
    products.multiply(product, rest)
    let count: Int = rows &* keys
    let exposed: UnsafeMutablePointer<Element>? = scoresSlot.map {
      run.output($0, as: Element.self)
        + ((batch &* query.heads &+ head) &* query.length &+ first) &* key.length
    }
    if scoreOutput == 0 { exposed?.update(from: scores, count: count) }
    if softcap > 0 {
      affine(scores, scores, count, 1 / softcap, 0)
      tanh(scores, scores, count, 0, 0)
      affine(scores, scores, count, softcap, 0)
    }
    if scoreOutput == 1 { exposed?.update(from: scores, count: count) }
    for row in 0..<rows {
      let line = scores + row &* keys
      var isOpen: Bool = keys > 0
      if !mask.isEmpty {
        isOpen = mask.apply(run, line, batch: batch, head: head, query: first &+ row, count: keys)
      }
      if scoreOutput == 2 { exposed.map { ($0 + row &* keys).update(from: line, count: keys) } }
      if isOpen {
        softmax(line, line, AxisShape(outer: 1, length: keys, inner: 1))
      } else {
        line.update(repeating: 0, count: keys)
      }
    }
    if scoreOutput == 3 { exposed?.update(from: scores, count: count) }
    var output: GemmArguments<Element> = products.values(rows, keys)
    output.a = UnsafePointer(scores)
    output.b = run.input(slots.v, as: Element.self) + value.offset(batch, group)
    output.c =
      run.output(slots.y, as: Element.self) + (result.offset(batch, head) &+ first &* result.rowStride)
    products.multiply(output, rest)
  }
}

/// Writes past and new keys (or values) one after the other: [batch, heads, total, size].
struct CacheUpdate: Sendable {
  let batch: Int
  let past: Int?
  let pastLength: Int
  let new: Int
  let source: HeadLayout
  let target: HeadLayout
  let slot: Int
  let elementSize: Int

  func apply(_ run: RunContext) {
    let out: UnsafeMutableRawPointer = run.slots[slot]
    let bytes: Int = elementSize
    run.parallel(batch &* target.heads) { task, _ in
      let (image, head): (Int, Int) = (task / target.heads, task % target.heads)
      let start: UnsafeMutableRawPointer = out + target.offset(image, head) &* bytes
      let old: Int = pastLength &* target.size &* bytes
      if let past { start.copyMemory(from: run.slots[past] + task &* old, byteCount: old) }
      let rows = UnsafeRawPointer(run.slots[new]) + source.offset(image, head) &* bytes
      for row in 0..<source.length {
        (start + old + row &* target.size &* bytes).copyMemory(
          from: rows + row &* source.rowStride &* bytes, byteCount: target.size &* bytes)
      }
    }
  }
}
