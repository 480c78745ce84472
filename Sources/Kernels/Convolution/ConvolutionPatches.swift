/// Packs panels of a convolution's patches: `panel[d * width + l]` is what tap and channel `d` read for the
/// output position `first + l`. Positions of a panel fall into runs within one output row; for each tap and
/// run the part inside the image is found once and copied for every channel.
struct ConvolutionPatches<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var phase: ConvolutionPhase
  /// The first channel of the image and group.
  var image: UnsafePointer<Element>
  var channels: Int
  var inputPlane: Int

  @inline(__always) static var panelWidth: Int { 2 * Lanes.count }

  /// Packs `count` steps of depth from `depth` for positions `first ..< first + columns`.
  @inline(never)
  func pack(_ first: Int, _ columns: Int, _ depth: Int, _ count: Int, _ panel: UnsafeMutablePointer<Element>)
  {
    let rowLength: Int = phase.width.positions
    if columns < Self.panelWidth { clear(panel + columns, Self.panelWidth - columns, count) }
    var column: Int = 0
    while column < columns {
      let position: Int = first + column
      let x: Int = position % rowLength
      let y: Int = position / rowLength % phase.height.positions
      let z: Int = position / rowLength / phase.height.positions
      let length: Int = smaller(columns - column, rowLength - x)
      packRun(z, y, x, length, depth, count, panel + column)
      column += length
    }
  }

  /// Packs the columns of one run: output positions (z, y, x...).
  @inline(__always)
  private func packRun(
    _ z: Int, _ y: Int, _ x: Int, _ length: Int, _ depth: Int, _ count: Int,
    _ panel: UnsafeMutablePointer<Element>
  ) {
    var done: Int = 0
    while done < count {
      let tap: Int = (depth + done) / channels
      let channel: Int = (depth + done) % channels
      let here: Int = smaller(count - done, channels - channel)
      let tapX: Int = tap % phase.width.taps
      let tapY: Int = tap / phase.width.taps % phase.height.taps
      let tapZ: Int = tap / phase.width.taps / phase.height.taps
      let inputZ: Int = z * phase.depth.step + phase.depth.offsetFirst + tapZ * phase.depth.offsetStep
      let inputY: Int = y * phase.height.step + phase.height.offsetFirst + tapY * phase.height.offsetStep
      let inputX: Int = x * phase.width.step + phase.width.offsetFirst + tapX * phase.width.offsetStep
      let target: UnsafeMutablePointer<Element> = panel + done * Self.panelWidth
      let isInside: Bool =
        inputZ >= 0 && inputZ < phase.depth.input && inputY >= 0 && inputY < phase.height.input
      // Columns low ..< high of the run are inside the image.
      let step: Int = phase.width.step
      let low: Int = inputX >= 0 ? 0 : smaller(length, ceilDivide(-inputX, step))
      let beyond: Int = phase.width.input - inputX
      let high: Int = beyond <= 0 ? 0 : smaller(length, ceilDivide(beyond, step))
      if !isInside || low >= high {
        clear(target, length, here)
      } else {
        let row: Int = (inputZ * phase.height.input + inputY) * phase.width.input
        let source: UnsafePointer<Element> = image + channel * inputPlane + row + (inputX + low * step)
        if low > 0 || high < length { clear(target, length, here) }
        copy(source, step, target + low, high - low, here)
      }
      done += here
    }
  }

  /// Copies `length` elements, `step` apart, for each of `rows` channels.
  @inline(__always)
  private func copy(
    _ source: UnsafePointer<Element>, _ step: Int, _ target: UnsafeMutablePointer<Element>, _ length: Int,
    _ rows: Int
  ) {
    var from: UnsafePointer<Element> = source
    var to: UnsafeMutablePointer<Element> = target
    if step == 1 && length == Self.panelWidth {
      for _ in 0..<rows {
        Lanes.store(Lanes.load(from), to)
        Lanes.store(Lanes.load(from + Lanes.count), to + Lanes.count)
        from += inputPlane
        to += Self.panelWidth
      }
    } else if step == 1 && length <= Lanes.count {
      for _ in 0..<rows {
        Lanes.store(Lanes.load(from, length), to, length)
        from += inputPlane
        to += Self.panelWidth
      }
    } else if step == 1 {
      for _ in 0..<rows {
        Lanes.store(Lanes.load(from), to)
        let rest: Int = length - Lanes.count
        Lanes.store(Lanes.load(from + Lanes.count, rest), to + Lanes.count, rest)
        from += inputPlane
        to += Self.panelWidth
      }
    } else {
      for _ in 0..<rows {
        var i: Int = 0
        if step == 2 {
          while i + Lanes.count <= length {
            Lanes.store(Lanes.loadEven(from + 2 * i), to + i)
            i += Lanes.count
          }
        }
        while i < length {
          to[i] = from[i * step]
          i += 1
        }
        from += inputPlane
        to += Self.panelWidth
      }
    }
  }

  @inline(__always)
  private func clear(_ target: UnsafeMutablePointer<Element>, _ length: Int, _ rows: Int) {
    var to: UnsafeMutablePointer<Element> = target
    for _ in 0..<rows {
      if length >= Lanes.count {
        Lanes.store(Lanes.zero, to)
        let rest: Int = length - Lanes.count
        if rest > 0 { Lanes.store(Lanes.zero, to + Lanes.count, rest) }
      } else {
        Lanes.store(Lanes.zero, to, length)
      }
      to += Self.panelWidth
    }
  }
}
