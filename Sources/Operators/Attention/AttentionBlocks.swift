internal import Graphs
internal import KernelInterface

/// Attention in f32 by `AttentionKernels`: keys, values and mask are packed once for all blocks of queries,
/// the mask once for all heads that share it. It has no cap of scores.
struct AttentionBlocks: Sendable {
  private let query: HeadLayout
  private let key: HeadLayout
  private let value: HeadLayout
  private let result: HeadLayout
  private let mask: AttentionMask
  private let scale: Float
  private let slots: (q: Int, k: Int, v: Int, y: Int)
  private let kernels: AttentionKernels
  private let batch: Int
  /// Blocks of queries of one head.
  private let blocks: Int
  /// Images and heads that have masks of their own.
  private let maskBatch: Int
  private let maskHeads: Int
  private let packedKeys: Int
  private let packedValues: Int
  private let packedMask: Int?

  /// Fewer queries don't pay for packing.
  private static var leastQueries: Int { 16 }
  /// Elements of packed masks that are kept.
  private static var mostMaskElements: Int { 1 << 22 }

  /// nil where there are few queries, or the masks are too large to be packed.
  init?(
    query: HeadLayout, key: HeadLayout, value: HeadLayout, result: HeadLayout, mask: AttentionMask,
    scale: Float, slots: (q: Int, k: Int, v: Int, y: Int), batch: Int, _ context: inout PrepareContext
  ) {
    let kernels: AttentionKernels = context.kernels.attentionF32
    let width: Int = kernels.blockQueries
    let blocks: Int = (query.length + width - 1) / width
    let maskBatch: Int = mask.isEmpty ? 0 : (mask.differsByImage ? batch : 1)
    let maskHeads: Int = mask.strides.head == 0 ? 1 : query.heads
    let maskElements: Int = maskBatch * maskHeads * blocks * kernels.packedMaskCount(key.length)
    guard query.length >= Self.leastQueries, key.length > 0, key.size > 0, value.size > 0,
      maskElements <= Self.mostMaskElements
    else { return nil }
    self.query = query
    self.key = key
    self.value = value
    self.result = result
    self.mask = mask
    self.scale = scale
    self.slots = slots
    self.kernels = kernels
    self.batch = batch
    self.blocks = blocks
    self.maskBatch = maskBatch
    self.maskHeads = maskHeads
    let stride: Int = MemoryLayout<Float>.stride
    let heads: Int = batch * key.heads
    packedKeys = context.temporary(heads * kernels.packedKeysCount(key.length, key.size) * stride)
    packedValues = context.temporary(heads * kernels.packedValuesCount(key.length, value.size) * stride)
    packedMask = maskElements == 0 ? nil : context.temporary(maskElements * stride)
    context.reserveScratch(
      max(
        kernels.scratchBytes(key.length, key.size, value.size),
        maskElements == 0 ? 0 : width * key.length * stride))
  }

  /// The kernel and its sizes.
  var kernelName: String {
    "attentionF32 \(batch * query.heads) x \(query.length)x\(key.length)x\(query.size)"
  }

  func run(_ run: RunContext) {
    let heads: Int = batch &* key.heads
    run.parallel(heads &+ maskBatch &* maskHeads &* blocks) { task, worker in
      if task < heads {
        packHead(run, task)
      } else {
        packMask(run, task &- heads, run.scratch(worker).assumingMemoryBound(to: Float.self))
      }
    }
    run.parallel(batch &* query.heads &* blocks) { task, worker in runBlock(run, task, run.scratch(worker)) }
  }

  private func packHead(_ run: RunContext, _ task: Int) {
    let (image, head): (Int, Int) = (task / key.heads, task % key.heads)
    kernels.packKeys(
      run.input(slots.k, as: Float.self) + key.offset(image, head), key.rowStride, key.length, key.size,
      run.output(packedKeys) + task &* kernels.packedKeysCount(key.length, key.size))
    kernels.packValues(
      run.input(slots.v, as: Float.self) + value.offset(image, head), value.rowStride, key.length, value.size,
      run.output(packedValues) + task &* kernels.packedValuesCount(key.length, value.size))
  }

  private func packMask(_ run: RunContext, _ task: Int, _ rows: UnsafeMutablePointer<Float>) {
    guard let packedMask else { return }
    let first: Int = task % blocks &* kernels.blockQueries
    let queries: Int = min(kernels.blockQueries, query.length &- first)
    let (image, head): (Int, Int) = (task / blocks / maskHeads, task / blocks % maskHeads)
    rows.initialize(repeating: 0, count: queries &* key.length)
    for row in 0..<queries {
      mask.add(
        run, rows + row &* key.length, batch: image, head: head, query: first &+ row, keys: 0..<key.length)
    }
    kernels.packMask(
      UnsafePointer(rows), key.length, queries, key.length,
      run.output(packedMask) + task &* kernels.packedMaskCount(key.length))
  }

  private func runBlock(_ run: RunContext, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    let (image, head): (Int, Int) = (task / blocks / query.heads, task / blocks % query.heads)
    let first: Int = task % blocks &* kernels.blockQueries
    let queries: Int = min(kernels.blockQueries, query.length &- first)
    let place: Int = image &* key.heads &+ head / (query.heads / key.heads)
    var masked: UnsafePointer<Float>? = nil
    if let packedMask {
      let owner: Int = (maskBatch == 1 ? 0 : image) &* maskHeads &+ (maskHeads == 1 ? 0 : head)
      let index: Int = owner &* blocks &+ first / kernels.blockQueries
      masked = run.input(packedMask, as: Float.self) + index &* kernels.packedMaskCount(key.length)
    }
    let block = AttentionBlock(
      queries: queries, keys: mask.limit(run, image, end: first &+ queries, keys: key.length),
      packedKeyCount: key.length, size: query.size, valueSize: value.size, scale: scale,
      q: run.input(slots.q, as: Float.self) + (query.offset(image, head) &+ first &* query.rowStride),
      qRowStride: query.rowStride,
      packedKeys: run.input(packedKeys, as: Float.self)
        + place &* kernels.packedKeysCount(key.length, key.size),
      packedValues: run.input(packedValues, as: Float.self)
        + place &* kernels.packedValuesCount(key.length, value.size),
      packedMask: masked,
      y: run.output(slots.y, as: Float.self) + (result.offset(image, head) &+ first &* result.rowStride),
      yRowStride: result.rowStride)
    withUnsafePointer(to: block) { kernels.run($0, scratch) }
  }
}
