/// Writes one panel: `panel[d * width + l] = source[l * laneStride + d * depthStride]` for the `lanes` that
/// exist, zero for the rest of `width`. A panel of A has rows for lanes, one of B columns.
@inline(never)
func packPanel<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ source: UnsafePointer<Lanes.Element>, _ laneStride: Int, _ depthStride: Int,
  _ lanes: Int, _ width: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Lanes.Element>
) {
  if lanes == width && laneStride == 1 {
    packContiguous(type, source, depthStride, width, depth, panel)
    return
  }
  if depthStride == 1 && lanes >= 4 && width >= 4 {
    packTransposed(type, source, laneStride, lanes, width, depth, panel)
    return
  }
  for d in 0..<depth {
    let from: UnsafePointer<Lanes.Element> = source + d * depthStride
    let to: UnsafeMutablePointer<Lanes.Element> = panel + d * width
    for l in 0..<lanes { to[l] = from[l * laneStride] }
    for l in lanes..<width { to[l] = 0 }
  }
}

/// Lanes are adjacent in the source: every step of depth is a copy.
@inline(__always)
private func packContiguous<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ source: UnsafePointer<Lanes.Element>, _ depthStride: Int, _ width: Int,
  _ depth: Int, _ panel: UnsafeMutablePointer<Lanes.Element>
) {
  if width == 2 * Lanes.count {
    var from: UnsafePointer<Lanes.Element> = source
    var to: UnsafeMutablePointer<Lanes.Element> = panel
    for _ in 0..<depth {
      Lanes.store(Lanes.load(from), to)
      Lanes.store(Lanes.load(from + Lanes.count), to + Lanes.count)
      from += depthStride
      to += 2 * Lanes.count
    }
    return
  }
  let whole: Int = width / Lanes.count * Lanes.count
  for d in 0..<depth {
    let from: UnsafePointer<Lanes.Element> = source + d * depthStride
    let to: UnsafeMutablePointer<Lanes.Element> = panel + d * width
    var l: Int = 0
    while l < whole {
      Lanes.store(Lanes.load(from + l), to + l)
      l += Lanes.count
    }
    if whole < width { Lanes.store(Lanes.load(from + whole, width - whole), to + whole, width - whole) }
  }
}

/// Depth is adjacent in the source: blocks of 4 lanes x 4 steps are transposed in registers. The last block
/// of lanes may overlap the one before; there are at least 4. A block of lanes goes on for `run` steps, a
/// line of memory, before the next one takes its turn, so that few lines are read at a time and the panel is
/// written nearly in order.
@inline(__always)
private func packTransposed<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ source: UnsafePointer<Lanes.Element>, _ laneStride: Int, _ lanes: Int,
  _ width: Int, _ depth: Int, _ panel: UnsafeMutablePointer<Lanes.Element>
) {
  let run: Int = 64 / MemoryLayout<Lanes.Element>.stride
  let whole: Int = depth & ~3
  var start: Int = 0
  while start < whole {
    let end: Int = smaller(start + run, whole)
    var l: Int = 0
    while l < lanes {
      if l > lanes - 4 { l = lanes - 4 }
      let from: UnsafePointer<Lanes.Element> = source + l * laneStride
      let to: UnsafeMutablePointer<Lanes.Element> = panel + l
      var d: Int = start
      while d < end {
        Lanes.transpose4(from + d, laneStride, to + d * width, width)
        d += 4
      }
      l += 4
    }
    start = end
  }
  for d in whole..<depth {
    for l in 0..<lanes { panel[d * width + l] = source[l * laneStride + d] }
  }
  guard lanes < width else { return }
  for d in 0..<depth {
    for l in lanes..<width { panel[d * width + l] = 0 }
  }
}

/// Packs all panels of a matrix of `lanes` x `depth`, one after another, each of the matrix's whole depth.
@inline(__always)
func packPanels<Lanes: ProductLanes>(
  _ type: Lanes.Type, _ source: UnsafePointer<Lanes.Element>, _ laneStride: Int, _ depthStride: Int,
  _ lanes: Int, _ width: Int, _ depth: Int, _ panels: UnsafeMutablePointer<Lanes.Element>
) {
  var lane: Int = 0
  var panel: UnsafeMutablePointer<Lanes.Element> = panels
  while lane < lanes {
    packPanel(
      type, source + lane * laneStride, laneStride, depthStride, smaller(width, lanes - lane), width, depth,
      panel)
    lane += width
    panel += width * depth
  }
}
