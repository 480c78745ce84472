internal import KernelInterface

/// Depthwise convolution in two dimensions: every output channel is one kernel over one input channel. A task
/// copies the rows that some output rows need into scratch, padded, with columns sorted by their remainder
/// modulo the stride, so that what neighbouring outputs read for a tap is adjacent whatever the stride.
struct ConvolutionDepthwise<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>

  var arguments: Arguments
  var problem: ConvolutionProblem
  /// Elements of one sorted part of a scratch row, and of the whole row.
  var partWidth: Int
  var rowWidth: Int
  /// Output rows that are computed from one filling of scratch.
  var band: Int

  /// Elements of scratch that a band should not pass, so that it stays in the cache.
  private static var bandElements: Int { 24 * 1024 }
  /// Multiplications that are worth a task.
  private static var taskWork: Int { 1 << 18 }

  init(_ arguments: Arguments, _ problem: ConvolutionProblem) {
    self.arguments = arguments
    self.problem = problem
    let stride: Extent3 = arguments.pointee.stride
    let reach: Int = (arguments.pointee.kernel.width - 1) * arguments.pointee.dilation.width / stride.width
    partWidth = roundUp(arguments.pointee.output.width, Lanes.count) + reach + 1
    rowWidth = partWidth * stride.width
    let window: Int = (arguments.pointee.kernel.height - 1) * arguments.pointee.dilation.height + 1
    let rows: Int = larger(1, Self.bandElements / larger(1, rowWidth) - window)
    band = smaller(larger(1, rows / stride.height), larger(1, arguments.pointee.output.height))
  }

  /// Planes of one task.
  private var planes: Int {
    larger(
      1,
      smaller(
        problem.groups * problem.outputs, Self.taskWork / larger(1, problem.outputPlane * problem.kernelTaps))
    )
  }

  func taskCount() -> Int { problem.batch * ceilDivide(problem.groups * problem.outputs, planes) }

  private var bandInputRows: Int {
    (band - 1) * arguments.pointee.stride.height
      + (arguments.pointee.kernel.height - 1) * arguments.pointee.dilation.height + 1
  }

  func scratchBytes() -> Int { bandInputRows * rowWidth * MemoryLayout<Element>.stride + 64 }

  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let x = arguments.pointee.x, let weights = arguments.pointee.packedWeights else { return }
    let channels: Int = problem.groups * problem.outputs
    let perImage: Int = ceilDivide(channels, planes)
    let image: Int = task / perImage
    let first: Int = task % perImage * planes
    guard let target = ConvolutionTarget<Lanes>(arguments, problem, image) else { return }
    let rows: UnsafeMutablePointer<Element> = scratch.assumingMemoryBound(to: Element.self)
    for channel in first..<smaller(first + planes, channels) {
      let input: UnsafePointer<Element> =
        x + (image * problem.groups + channel / problem.outputs) * problem.inputPlane
      var row: Int = 0
      while row < arguments.pointee.output.height {
        let count: Int = smaller(band, arguments.pointee.output.height - row)
        fill(input, row, count, rows)
        compute(target.finish, weights + channel * problem.kernelTaps, channel, row, count, rows)
        row += count
      }
    }
  }

  /// Copies what output rows `first ..< first + count` need.
  @inline(never)
  private func fill(
    _ input: UnsafePointer<Element>, _ first: Int, _ count: Int, _ rows: UnsafeMutablePointer<Element>
  ) {
    let stride: Int = arguments.pointee.stride.width
    let width: Int = arguments.pointee.input.width
    let top: Int = first * arguments.pointee.stride.height - arguments.pointee.padding.height
    let needed: Int =
      (count - 1) * arguments.pointee.stride.height
      + (arguments.pointee.kernel.height - 1) * arguments.pointee.dilation.height + 1
    for r in 0..<needed {
      let y: Int = top + r
      for part in 0..<stride {
        let to: UnsafeMutablePointer<Element> = rows + r * rowWidth + part * partWidth
        // Element i of the part is column i * stride + start of the image.
        let start: Int = part - arguments.pointee.padding.width
        var low: Int = start >= 0 ? 0 : ceilDivide(-start, stride)
        var high: Int = width <= start ? 0 : smaller(partWidth, ceilDivide(width - start, stride))
        if y < 0 || y >= arguments.pointee.input.height || low >= high {
          low = 0
          high = 0
        }
        Self.clear(to, 0, low)
        if high > low {
          Self.copy(input + (y * width + low * stride + start), stride, to + low, high - low)
        }
        Self.clear(to, high, partWidth)
      }
    }
  }

  @inline(__always)
  private static func clear(_ to: UnsafeMutablePointer<Element>, _ low: Int, _ high: Int) {
    var i: Int = low
    while i + Lanes.count <= high {
      Lanes.store(Lanes.zero, to + i)
      i += Lanes.count
    }
    if i < high { Lanes.store(Lanes.zero, to + i, high - i) }
  }

  @inline(__always)
  private static func copy(
    _ from: UnsafePointer<Element>, _ stride: Int, _ to: UnsafeMutablePointer<Element>, _ count: Int
  ) {
    var i: Int = 0
    if stride == 1 {
      while i + Lanes.count <= count {
        Lanes.store(Lanes.load(from + i), to + i)
        i += Lanes.count
      }
      if i < count { Lanes.store(Lanes.load(from + i, count - i), to + i, count - i) }
      return
    }
    if stride == 2 {
      while i + Lanes.count <= count {
        Lanes.store(Lanes.loadEven(from + 2 * i), to + i)
        i += Lanes.count
      }
    }
    while i < count {
      to[i] = from[i * stride]
      i += 1
    }
  }

  @inline(never)
  private func compute(
    _ finish: GemmFinish<Lanes>, _ weights: UnsafePointer<Element>, _ channel: Int, _ first: Int,
    _ count: Int, _ rows: UnsafePointer<Element>
  ) {
    let width: Int = arguments.pointee.output.width
    let plane: UnsafeMutablePointer<Element> = finish.c + channel * finish.cRowStride
    var row: Int = 0
    while row < count && count >= 4 {
      // The last four rows may overlap those before, which are then computed again.
      if row > count - 4 { row = count - 4 }
      var column: Int = 0
      while column < width {
        fourRows(weights, rows, row, column, plane + (first + row) * width + column, width)
        column += Lanes.count
      }
      row += 4
    }
    while row < count {
      var column: Int = 0
      while column < width {
        let sum: Lanes.Vector = oneRow(weights, rows, row, column)
        put(sum, plane + (first + row) * width + column, width - column)
        column += Lanes.count
      }
      row += 1
    }
    if !finish.isPlain {
      let start: Int = first * width
      finish.run(plane + start, 0, channel, start, 1, count * width)
    }
  }

  @inline(__always)
  private func put(_ sum: Lanes.Vector, _ to: UnsafeMutablePointer<Element>, _ left: Int) {
    if left >= Lanes.count { Lanes.store(sum, to) } else { Lanes.store(sum, to, left) }
  }

  @inline(__always)
  private func fourRows(
    _ weights: UnsafePointer<Element>, _ rows: UnsafePointer<Element>, _ row: Int, _ column: Int,
    _ to: UnsafeMutablePointer<Element>, _ width: Int
  ) {
    let stride: Extent3 = arguments.pointee.stride
    let dilation: Extent3 = arguments.pointee.dilation
    let kernel: Extent3 = arguments.pointee.kernel
    let step: Int = stride.height * rowWidth
    var sum0: Lanes.Vector = Lanes.zero
    var sum1: Lanes.Vector = Lanes.zero
    var sum2: Lanes.Vector = Lanes.zero
    var sum3: Lanes.Vector = Lanes.zero
    var weight: UnsafePointer<Element> = weights
    var line: UnsafePointer<Element> = rows + row * step + column
    for _ in 0..<kernel.height {
      var part: Int = 0
      var shift: Int = 0
      for _ in 0..<kernel.width {
        let from: UnsafePointer<Element> = line + part * partWidth + shift
        let factor: Lanes.Vector = Lanes.splat(weight.pointee)
        sum0 = Lanes.mulAdd(factor, Lanes.load(from), sum0)
        sum1 = Lanes.mulAdd(factor, Lanes.load(from + step), sum1)
        sum2 = Lanes.mulAdd(factor, Lanes.load(from + 2 * step), sum2)
        sum3 = Lanes.mulAdd(factor, Lanes.load(from + 3 * step), sum3)
        weight += 1
        part += dilation.width
        while part >= stride.width {
          part -= stride.width
          shift += 1
        }
      }
      line += dilation.height * rowWidth
    }
    let left: Int = width - column
    put(sum0, to, left)
    put(sum1, to + width, left)
    put(sum2, to + 2 * width, left)
    put(sum3, to + 3 * width, left)
  }

  @inline(__always)
  private func oneRow(
    _ weights: UnsafePointer<Element>, _ rows: UnsafePointer<Element>, _ row: Int, _ column: Int
  ) -> Lanes.Vector {
    let stride: Extent3 = arguments.pointee.stride
    let dilation: Extent3 = arguments.pointee.dilation
    let kernel: Extent3 = arguments.pointee.kernel
    var sum: Lanes.Vector = Lanes.zero
    var weight: UnsafePointer<Element> = weights
    var line: UnsafePointer<Element> = rows + row * stride.height * rowWidth + column
    for _ in 0..<kernel.height {
      var part: Int = 0
      var shift: Int = 0
      for _ in 0..<kernel.width {
        sum = Lanes.mulAdd(Lanes.splat(weight.pointee), Lanes.load(line + part * partWidth + shift), sum)
        weight += 1
        part += dilation.width
        while part >= stride.width {
          part -= stride.width
          shift += 1
        }
      }
      line += dilation.height * rowWidth
    }
    return sum
  }
}
