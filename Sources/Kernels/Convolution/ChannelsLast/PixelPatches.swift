internal import KernelInterface

/// Writes down what output pixels read: row i holds, for output pixel `first + i` and one group, its taps one
/// after another with their channels, zeros for the padding, the prologue applied. Depth may be a part of
/// that.
struct PixelPatches<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var arguments: Arguments
  var problem: PixelProblem<Element>
  /// The first channel of the group.
  var firstChannel: Int

  /// Rows of `pitch` elements, `count` deep from `depth`.
  @inline(never)
  func write(
    _ first: Int, _ rows: Int, _ depth: Int, _ count: Int, _ patches: UnsafeMutablePointer<Element>,
    _ pitch: Int
  ) {
    guard let x = arguments.pointee.x else { return }
    if problem.isPointwise && problem.inputChannel == 1 {
      writePixels(x + (firstChannel + depth), first, rows, depth, count, patches, pitch)
      return
    }
    let channels: Int = problem.channels
    // Taps of a row of the kernel are read in one go where they are adjacent and nothing becomes of them.
    let isRun: Bool =
      problem.inputChannel == 1 && problem.inputPixel == channels && problem.dilation.width == 1
      && problem.kernel.width > 1 && count == problem.taps * channels && arguments.pointee.prologue.isEmpty
    for r in 0..<rows {
      let pixel: Int = first + r
      let place: Int = pixel % problem.outputPlane
      let image: Int = pixel / problem.outputPlane
      let column: Int = place % problem.output.width * problem.stride.width - problem.padding.width
      let row: Int =
        place / problem.output.width % problem.output.height * problem.stride.height - problem.padding.height
      let slice: Int =
        place / problem.output.width / problem.output.height * problem.stride.depth - problem.padding.depth
      let source: UnsafePointer<Element> =
        x + image * problem.inputImage + firstChannel * problem.inputChannel
      let to: UnsafeMutablePointer<Element> = patches + r * pitch
      if isRun {
        writeRuns(source, slice, row, column, to)
      } else {
        writeTaps(source, image, slice, row, column, depth, count, to)
      }
    }
  }

  /// Pixels that are read as they lie.
  @inline(__always)
  private func writePixels(
    _ source: UnsafePointer<Element>, _ first: Int, _ rows: Int, _ depth: Int, _ count: Int,
    _ patches: UnsafeMutablePointer<Element>, _ pitch: Int
  ) {
    var row: Int = 0
    while row < rows {
      let pixel: Int = first + row
      let image: Int = pixel / problem.outputPlane
      let part: Int = smaller(rows - row, (image + 1) * problem.outputPlane - pixel)
      PixelEntry<Lanes>(arguments.pointee.prologue, image)
        .copyRows(
          source + pixel * problem.inputPixel, problem.inputPixel, patches + row * pitch, pitch, part, count,
          firstChannel + depth)
      row += part
    }
  }

  @inline(__always)
  private func writeRuns(
    _ source: UnsafePointer<Element>, _ slice: Int, _ row: Int, _ column: Int,
    _ out: UnsafeMutablePointer<Element>
  ) {
    let channels: Int = problem.channels
    let low: Int = smaller(problem.kernel.width, larger(0, -column))
    let high: Int = larger(low, smaller(problem.kernel.width, problem.input.width - column))
    var to: UnsafeMutablePointer<Element> = out
    for tz in 0..<problem.kernel.depth {
      let z: Int = slice + tz * problem.dilation.depth
      for ty in 0..<problem.kernel.height {
        let y: Int = row + ty * problem.dilation.height
        if z < 0 || z >= problem.input.depth || y < 0 || y >= problem.input.height {
          Self.clear(to, problem.kernel.width * channels)
        } else {
          Self.clear(to, low * channels)
          let at: Int = (z * problem.input.height + y) * problem.input.width + column + low
          Self.copy(source + at * channels, to + low * channels, (high - low) * channels)
          Self.clear(to + high * channels, (problem.kernel.width - high) * channels)
        }
        to += problem.kernel.width * channels
      }
    }
  }

  @inline(__always)
  private func writeTaps(
    _ source: UnsafePointer<Element>, _ image: Int, _ slice: Int, _ row: Int, _ column: Int, _ depth: Int,
    _ count: Int, _ out: UnsafeMutablePointer<Element>
  ) {
    let channels: Int = problem.channels
    var tap: Int = depth / channels
    var channel: Int = depth % channels
    var done: Int = 0
    while done < count {
      let part: Int = smaller(channels - channel, count - done)
      let x: Int = column + tap % problem.kernel.width * problem.dilation.width
      let y: Int =
        row + tap / problem.kernel.width % problem.kernel.height * problem.dilation.height
      let z: Int = slice + tap / problem.kernel.width / problem.kernel.height * problem.dilation.depth
      let isInside: Bool =
        z >= 0 && z < problem.input.depth && y >= 0 && y < problem.input.height && x >= 0
        && x < problem.input.width
      if isInside {
        let at: Int = (z * problem.input.height + y) * problem.input.width + x
        enter(
          source + (at * problem.inputPixel + channel * problem.inputChannel), image, firstChannel + channel,
          part, out + done)
      } else {
        Self.clear(out + done, part)
      }
      done += part
      channel = 0
      tap += 1
    }
  }

  /// Copies channels of one pixel through the prologue.
  @inline(__always)
  private func enter(
    _ from: UnsafePointer<Element>, _ image: Int, _ channel: Int, _ count: Int,
    _ to: UnsafeMutablePointer<Element>
  ) {
    let entry = PixelEntry<Lanes>(arguments.pointee.prologue, image)
    if problem.inputChannel == 1 {
      entry.copy(from, to, count, channel)
    } else {
      for i in 0..<count {
        entry.copy(from + i * problem.inputChannel, to + i, 1, everywhere: channel + i)
      }
    }
  }

  @inline(__always)
  static func copy(_ from: UnsafePointer<Element>, _ to: UnsafeMutablePointer<Element>, _ count: Int) {
    var i: Int = 0
    while i + Lanes.count <= count {
      Lanes.store(Lanes.load(from + i), to + i)
      i += Lanes.count
    }
    if i < count { Lanes.store(Lanes.load(from + i, count - i), to + i, count - i) }
  }

  @inline(__always)
  static func clear(_ to: UnsafeMutablePointer<Element>, _ count: Int) {
    var i: Int = 0
    while i + Lanes.count <= count {
      Lanes.store(Lanes.zero, to + i)
      i += Lanes.count
    }
    if i < count { Lanes.store(Lanes.zero, to + i, count - i) }
  }
}
