/// Scratch of a task: the list of taps, a register of zeros, a strip of sums.
struct DepthwisePlace<Lanes: ProductLanes> {
  var taps: UnsafeMutablePointer<Int>
  var zeros: UnsafePointer<Lanes.Element>
  var tile: UnsafeMutablePointer<Lanes.Element>

  @inline(__always)
  init(_ scratch: UnsafeMutableRawPointer, tapBytes: Int) {
    taps = scratch.assumingMemoryBound(to: Int.self)
    let zeros: UnsafeMutablePointer<Lanes.Element> =
      (scratch + tapBytes).assumingMemoryBound(to: Lanes.Element.self)
    Lanes.store(Lanes.zero, zeros)
    self.zeros = UnsafePointer(zeros)
    tile = zeros + Lanes.count
  }
}
