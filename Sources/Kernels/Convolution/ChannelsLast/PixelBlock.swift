internal import KernelInterface

/// A part of one group's padded input in scratch, enough for a band of output rows: zeros where the padding
/// is, the prologue applied. Channels-last it is [slice, row, column, channel], channels-first [channel,
/// slice, row, column]: as X lies, so that every row is a copy. What an output pixel reads of it are segments
/// of adjacent elements at the same distances for all pixels.
struct PixelBlock<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var arguments: Arguments
  var problem: PixelProblem<Element>
  var isPlanar: Bool
  /// Rows and columns of a slice in scratch.
  var rows: Int
  var columns: Int
  /// Distances in scratch.
  var pixel: Int
  var row: Int
  var slice: Int
  var plane: Int

  /// `band` is the number of output rows.
  init(_ arguments: Arguments, _ problem: PixelProblem<Element>, band: Int) {
    self.arguments = arguments
    self.problem = problem
    isPlanar = problem.inputChannel != 1
    rows = (band - 1) * problem.stride.height + (problem.kernel.height - 1) * problem.dilation.height + 1
    columns =
      (problem.output.width - 1) * problem.stride.width
      + (problem.kernel.width - 1) * problem.dilation.width + 1
    pixel = isPlanar ? 1 : problem.channels
    row = columns * pixel
    slice = rows * row
    plane = problem.kernel.depth * slice
  }

  var count: Int { isPlanar ? problem.channels * plane : plane }

  private var joinsColumns: Bool { problem.dilation.width == 1 || problem.kernel.width == 1 }

  /// Adjacent elements of a segment.
  var segmentDepth: Int {
    let width: Int = joinsColumns ? problem.kernel.width : 1
    return isPlanar ? width : width * problem.channels
  }

  var segmentCount: Int { problem.taps * problem.channels / larger(1, segmentDepth) }

  /// Where the segments of an output pixel begin, in the order of the packed weights.
  func segments(_ offsets: UnsafeMutablePointer<Int>) {
    var to: UnsafeMutablePointer<Int> = offsets
    for channel in 0..<(isPlanar ? problem.channels : 1) {
      for tz in 0..<problem.kernel.depth {
        for ty in 0..<problem.kernel.height {
          for tx in 0..<(joinsColumns ? 1 : problem.kernel.width) {
            to.pointee =
              channel * plane + tz * slice + ty * problem.dilation.height * row
              + tx * problem.dilation.width * pixel
            to += 1
          }
        }
      }
    }
  }

  /// Where an output pixel of the band begins in scratch.
  @inline(__always) func origin(_ outputRow: Int, _ outputColumn: Int) -> Int {
    outputRow * problem.stride.height * row + outputColumn * problem.stride.width * pixel
  }

  /// Copies what the rows from `first` of output slice `outputSlice` of an image read, for channels from
  /// `channel`.
  @inline(never)
  func fill(
    _ image: Int, channel: Int, _ outputSlice: Int, _ first: Int, _ block: UnsafeMutablePointer<Element>
  ) {
    guard let x = arguments.pointee.x else { return }
    let source: UnsafePointer<Element> = x + image * problem.inputImage + channel * problem.inputChannel
    let top: Int = first * problem.stride.height - problem.padding.height
    let front: Int = outputSlice * problem.stride.depth - problem.padding.depth
    for c in 0..<(isPlanar ? problem.channels : 1) {
      for tz in 0..<problem.kernel.depth {
        let z: Int = front + tz * problem.dilation.depth
        for r in 0..<rows {
          let y: Int = top + r
          let to: UnsafeMutablePointer<Element> = block + c * plane + tz * slice + r * row
          let isInside: Bool = z >= 0 && z < problem.input.depth && y >= 0 && y < problem.input.height
          if isInside {
            let line: Int = (z * problem.input.height + y) * problem.input.width
            fillRow(source + c * problem.inputChannel, line, image, channel + c, to)
          } else {
            PixelPatches<Lanes>.clear(to, row)
          }
        }
      }
    }
  }

  /// One row; `line` is the input pixel at its column 0.
  @inline(__always)
  private func fillRow(
    _ source: UnsafePointer<Element>, _ line: Int, _ image: Int, _ channel: Int,
    _ to: UnsafeMutablePointer<Element>
  ) {
    let left: Int = problem.padding.width
    let low: Int = smaller(columns, larger(0, left))
    let high: Int = larger(low, smaller(columns, problem.input.width + left))
    PixelPatches<Lanes>.clear(to, low * pixel)
    PixelPatches<Lanes>.clear(to + high * pixel, (columns - high) * pixel)
    let from: UnsafePointer<Element> = source + (line + low - left) * problem.inputPixel
    let entry = PixelEntry<Lanes>(arguments.pointee.prologue, image)
    if problem.inputPixel == pixel && entry.isEmpty {
      PixelPatches<Lanes>.copy(from, to + low * pixel, (high - low) * pixel)
    } else if isPlanar {
      entry.copy(from, to + low, high - low, everywhere: channel)
    } else if entry.isEmpty && pixel % Lanes.count == 0 {
      copyRegisters(from, to + low * pixel, high - low)
    } else {
      for i in 0..<high - low {
        entry.copy(from + i * problem.inputPixel, to + (low + i) * pixel, pixel, channel)
      }
    }
  }

  /// Pixels of whole registers.
  @inline(__always)
  private func copyRegisters(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    var channel: Int = 0
    while channel < pixel {
      let isPair: Bool = channel + 2 * Lanes.count <= pixel
      var from: UnsafePointer<Element> = source + channel
      var to: UnsafeMutablePointer<Element> = target + channel
      if isPair {
        for _ in 0..<count {
          Lanes.store(Lanes.load(from), to)
          Lanes.store(Lanes.load(from + Lanes.count), to + Lanes.count)
          from += problem.inputPixel
          to += pixel
        }
      } else {
        for _ in 0..<count {
          Lanes.store(Lanes.load(from), to)
          from += problem.inputPixel
          to += pixel
        }
      }
      channel += isPair ? 2 * Lanes.count : Lanes.count
    }
  }
}
