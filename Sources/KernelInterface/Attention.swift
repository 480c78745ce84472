/// One block of queries of one head, in f32:
///
///     Y = softmax(scale Q K' + mask) V        Q: [queries, size]  K: [keys, size]  V: [keys, valueSize]
///
/// Keys, values and mask are packed by the functions of `AttentionKernels`. A query all of whose scores are
/// -infinity gives zeros. `Y` overlaps nothing else.
package struct AttentionBlock: @unchecked Sendable {
  /// 1 to `AttentionKernels.blockQueries`.
  package var queries: Int
  /// Keys that count, from the first on; at most as many as were packed.
  package var keys: Int
  /// Keys that were packed.
  package var packedKeyCount: Int
  package var size: Int
  package var valueSize: Int
  package var scale: Float
  package var q: UnsafePointer<Float>
  package var qRowStride: Int
  package var packedKeys: UnsafePointer<Float>
  package var packedValues: UnsafePointer<Float>
  /// The block's part of the mask; nil for none.
  package var packedMask: UnsafePointer<Float>?
  package var y: UnsafeMutablePointer<Float>
  package var yRowStride: Int

  package init(
    queries: Int, keys: Int, packedKeyCount: Int, size: Int, valueSize: Int, scale: Float,
    q: UnsafePointer<Float>, qRowStride: Int, packedKeys: UnsafePointer<Float>,
    packedValues: UnsafePointer<Float>, packedMask: UnsafePointer<Float>?, y: UnsafeMutablePointer<Float>,
    yRowStride: Int
  ) {
    self.queries = queries
    self.keys = keys
    self.packedKeyCount = packedKeyCount
    self.size = size
    self.valueSize = valueSize
    self.scale = scale
    self.q = q
    self.qRowStride = qRowStride
    self.packedKeys = packedKeys
    self.packedValues = packedValues
    self.packedMask = packedMask
    self.y = y
    self.yRowStride = yRowStride
  }
}

/// Attention in blocks of queries. Every worker has its own scratch of `scratchBytes`, 64-byte aligned, with
/// any contents.
package struct AttentionKernels: Sendable {
  /// (source, row stride, rows, columns, destination)
  package typealias Pack =
    @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void

  /// Queries of a block.
  package var blockQueries: Int
  /// (keys, size) -> elements of packed keys.
  package var packedKeysCount: @Sendable (Int, Int) -> Int
  /// (keys, value size) -> elements of packed values.
  package var packedValuesCount: @Sendable (Int, Int) -> Int
  /// keys -> elements of a block's packed mask.
  package var packedMaskCount: @Sendable (Int) -> Int
  /// Packs K [keys, size].
  package var packKeys: Pack
  /// Packs V [keys, value size].
  package var packValues: Pack
  /// Packs what is added to the scores of a block, [queries, keys].
  package var packMask: Pack
  /// (keys, size, value size) -> bytes of scratch.
  package var scratchBytes: @Sendable (Int, Int, Int) -> Int
  package var run: @Sendable (UnsafePointer<AttentionBlock>, UnsafeMutableRawPointer) -> Void

  package init(
    blockQueries: Int, packedKeysCount: @escaping @Sendable (Int, Int) -> Int,
    packedValuesCount: @escaping @Sendable (Int, Int) -> Int,
    packedMaskCount: @escaping @Sendable (Int) -> Int,
    packKeys: @escaping Pack, packValues: @escaping Pack, packMask: @escaping Pack,
    scratchBytes: @escaping @Sendable (Int, Int, Int) -> Int,
    run: @escaping @Sendable (UnsafePointer<AttentionBlock>, UnsafeMutableRawPointer) -> Void
  ) {
    self.blockQueries = blockQueries
    self.packedKeysCount = packedKeysCount
    self.packedValuesCount = packedValuesCount
    self.packedMaskCount = packedMaskCount
    self.packKeys = packKeys
    self.packValues = packValues
    self.packMask = packMask
    self.scratchBytes = scratchBytes
    self.run = run
  }
}
