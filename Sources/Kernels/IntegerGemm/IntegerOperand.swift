/// One operand of an integer product, seen as lanes (rows of A, columns of B) of some depth.
struct IntegerOperand {
  var bytes: UnsafeRawPointer
  var isSigned: Bool
  var laneStride: Int
  var depthStride: Int
  var zero: UnsafeRawPointer?
  var zeroStride: Int

  /// Packs `count` steps of depth from `depth` for lanes `first ..< first + lanes`: for every pair of steps
  /// one 32-bit integer for each of `width` lanes, the earlier step in its lower half; zeros where nothing
  /// is.
  @inline(never)
  func pack(
    _ first: Int, _ lanes: Int, _ width: Int, _ depth: Int, _ count: Int,
    _ panel: UnsafeMutablePointer<Int32>
  ) {
    let pairs: Int = (count + 1) / 2
    for l in 0..<width {
      var to: UnsafeMutablePointer<Int32> = panel + l
      if l >= lanes {
        for _ in 0..<pairs {
          to.pointee = 0
          to += width
        }
        continue
      }
      let lane: Int = first + l
      let from: UnsafeRawPointer = bytes + lane * laneStride + depth * depthStride
      var zeroPoint: Int32 = 0
      if let zero { zeroPoint = value(zero + lane * zeroStride) }
      for pair in 0..<pairs {
        let at: UnsafeRawPointer = from + 2 * pair * depthStride
        let low: Int32 = value(at) &- zeroPoint
        let high: Int32 = 2 * pair + 1 < count ? value(at + depthStride) &- zeroPoint : 0
        to.pointee = (high &<< 16) | (low & 0xFFFF)
        to += width
      }
    }
  }

  @inline(__always) private func value(_ at: UnsafeRawPointer) -> Int32 {
    isSigned ? Int32(at.load(as: Int8.self)) : Int32(at.load(as: UInt8.self))
  }
}
