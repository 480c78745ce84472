internal import KernelInterface

/// Packs weights into panels of words, [word][output]: depth is taps outside, channels inside, zeros where
/// nothing is. It needs no scratch, and is for weights that `ReducedPack` does not know the order of.
struct ReducedTaps<Lanes: ReducedLanes> {
  var weights: UnsafePointer<Float>
  var taps: Int
  var channels: Int
  /// From an output, a tap and a channel to the next.
  var outputStride: Int
  var tapStride: Int
  var channelStride: Int

  private var depth: Int { taps * channels }

  /// The panel of `count` outputs from `output`, `width` wide. What is quantized has its scales at `scales`
  /// and its sums `columns` further.
  @inline(never)
  func pack(
    _ output: Int, _ count: Int, _ width: Int, _ panel: UnsafeMutablePointer<Float>,
    scales: UnsafeMutablePointer<Float>?, columns: Int
  ) {
    let words: UnsafeMutablePointer<UInt32> = UnsafeMutableRawPointer(panel).assumingMemoryBound(
      to: UInt32.self)
    for o in 0..<width {
      var factor: Float = 0
      if o < count, let scales { factor = scale(output + o, scales + o) }
      var sum: Int32 = 0
      let from: UnsafePointer<Float> = weights + (output + o) * outputStride
      var tap: Int = 0
      var channel: Int = 0
      for word in 0..<ceilDivide(depth, Lanes.group) {
        var numbers: SIMD4<Float> = SIMD4<Float>(repeating: 0)
        for i in 0..<Lanes.group where o < count && word * Lanes.group + i < depth {
          numbers[i] = from[channel * channelStride + tap * tapStride]
          channel += 1
          if channel == channels {
            channel = 0
            tap += 1
          }
        }
        words[word * width + o] = Lanes.weightWord(numbers, factor)
        if Lanes.isQuantized { sum = sum &+ byteSum(words[word * width + o]) }
      }
      guard let scales else { continue }
      if o >= count { scales[o] = 0 }
      scales[columns + o] = Float(bitPattern: UInt32(bitPattern: sum))
    }
    guard let scales, width < 2 * Lanes.count else { return }
    for o in width..<2 * Lanes.count {
      scales[o] = 0
      scales[columns + o] = 0
    }
  }

  /// Writes the scale of an output's weights, and returns what brings them to integers.
  private func scale(_ output: Int, _ scale: UnsafeMutablePointer<Float>) -> Float {
    let from: UnsafePointer<Float> = weights + output * outputStride
    var largest: Float = 0
    var invalid: Float = 0
    for tap in 0..<taps {
      for channel in 0..<channels {
        let x: Float = from[channel * channelStride + tap * tapStride]
        let size: Float = x < 0 ? -x : x
        largest = size > largest ? size : largest
        invalid += size * 0
      }
    }
    scale.pointee = largest / 127
    if invalid != 0 {
      scale.pointee = Float.nan
    } else if scale.pointee < 0x1p-100 {
      scale.pointee = 0
    } else {
      return 1 / scale.pointee
    }
    return 0
  }

  /// The sum of the signed bytes of a word.
  @inline(__always) private func byteSum(_ word: UInt32) -> Int32 {
    let bytes: Int32 = Int32(bitPattern: word)
    let upper: Int32 = (bytes >> 24) &+ ((bytes &<< 8) >> 24)
    return upper &+ ((bytes &<< 16) >> 24) &+ ((bytes &<< 24) >> 24)
  }
}
