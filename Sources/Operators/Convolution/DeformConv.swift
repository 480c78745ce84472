package import Graphs
internal import KernelInterface
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `DeformConv`: a 2-D convolution whose samples are moved by `offset` [batch, offset_group * kernel * 2,
/// out...] (vertical, then horizontal, for each element of the kernel), taken by bilinear interpolation with
/// zeros outside the image, and weighted by `mask`. The samples become a matrix, which the weights multiply.
///
/// ONNX operator set: DeformConv-19 to 22. Source: Dai et al., Deformable Convolutional Networks, 2017.
package struct DeformConvOp: KernelOperator {
  package static let schema = OperatorSchema(
    "DeformConv", since: [19, 22],
    inputs: [
      Parameter("X", .floats, variable: "T"), Parameter("W", .floats, variable: "T"),
      Parameter("offset", .floats, variable: "T"), Parameter("B", .floats, .optional, variable: "T"),
      Parameter("mask", .floats, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["dilations", "group", "kernel_shape", "offset_group", "pads", "strides"])

  let geometry: ConvolutionGeometry
  let offsetGroups: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    geometry = try ConvolutionGeometry(node)
    offsetGroups = try node.int("offset_group") ?? 1
    guard offsetGroups >= 1 else {
      throw node.error(
        .invalidAttribute, "attribute 'offset_group' must be at least 1, found \(offsetGroups)")
    }
  }

  package var attributes: [Attribute] {
    geometry.attributes.filter { $0.name != "auto_pad" } + [Attribute("offset_group", offsetGroups)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard context.rank(0) ?? 4 == 4 else {
      throw context.error(.unsupportedForm, "expected 2 spatial axes, found \((context.rank(0) ?? 2) - 2)")
    }
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context, x: 0, weights: 1)
    if let channels = context.dimensions(0)?[1].value, channels % offsetGroups != 0 {
      throw context.error(
        .shapeMismatch, "\(channels) channels can't be divided into \(offsetGroups) offset groups")
    }
    if let y = dimensions, let w = context.dimensions(1), y.count == 4 {
      let kernel: Dimension = Dimension(offsetGroups) * w[2] * w[3]
      try RecurrentSizes.check(
        context, "offset", context.dimensions(2), [y[0], kernel * Dimension(2), y[2], y[3]])
      try RecurrentSizes.check(context, "mask", context.dimensions(4), [y[0], kernel, y[2], y[3]])
    }
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      switch context.output(0).elementType {
      case .float32: try step(&context, context.kernels.gemmF32)
      case .float64: try step(&context, context.kernels.gemmF64)
      default: throw context.unsupported(context.output(0).elementType)
      }
    }
  }

  private func step<Element>(_ context: inout PrepareContext, _ gemm: GemmKernels<Element>)
    throws(PlanError) -> Step where Element: TensorElement
  {
    let (x, w, y): (Shape, Shape, Shape) = (
      context.input(0).shape, context.input(1).shape, context.output(0).shape
    )
    let placed: PlacedWindow = try geometry.place(context, x: x, weights: w, y: y)
    let (groups, positions): (Int, Int) = (geometry.groups, y[2] * y[3])
    let (features, channels): (Int, Int) = (w[0] / groups, w[1])
    let (taps, size): (Int, Int) = (placed.kernel.count, MemoryLayout<Element>.stride)
    let sampler = DeformSampler<Element>(
      placed: placed, channels: x[1], channelsPerOffset: x[1] / offsetGroups, offsetGroups: offsetGroups)
    let samples: Int = context.temporary(x[1] * taps * positions * size)
    var template = GemmArguments<Element>(m: features, n: positions, k: channels * taps)
    template.aRowStride = channels * taps
    template.bRowStride = positions
    template.cRowStride = positions
    template.a = UnsafePointer(bitPattern: 64)
    template.b = UnsafePointer(bitPattern: 64)
    template.epilogue.biasAxis = .row
    context.reserveScratch(withUnsafePointer(to: template) { gemm.scratchBytes($0) })
    let arguments: GemmArguments<Element> = template
    let slots: [Int] = [context.input(0).slot, context.input(1).slot, context.input(2).slot]
    let (xSlot, wSlot, offsetSlot, ySlot): (Int, Int, Int, Int) = (
      slots[0], slots[1], slots[2], context.output(0).slot
    )
    let (biasSlot, maskSlot): (Int?, Int?) = (context.optionalInput(3)?.slot, context.optionalInput(4)?.slot)
    let (batch, imageSize, allChannels): (Int, Int, Int) = (x[0], x[1] * x[2] * x[3], x[1])
    let offsetSize: Int = offsetGroups * taps * positions
    let kernel = gemm.run
    let taskCount = gemm.taskCount
    return Step { run in
      let lines = run.output(samples, as: Element.self)
      for image in 0..<batch {
        let source = run.input(xSlot, as: Element.self) + image &* imageSize
        let offset = run.input(offsetSlot, as: Element.self) + image &* 2 &* offsetSize
        let mask: UnsafePointer<Element>? = maskSlot.map {
          run.input($0, as: Element.self) + image &* offsetSize
        }
        run.parallel(allChannels) { channel, _ in sampler.run(lines, source, offset, mask, channel) }
        for group in 0..<groups {
          var product: GemmArguments<Element> = arguments
          product.a = run.input(wSlot, as: Element.self) + group &* features &* product.k
          product.b = UnsafePointer(lines) + group &* product.k &* positions
          product.c =
            run.output(ySlot, as: Element.self) + (image &* groups &+ group) &* features &* positions
          if let biasSlot {
            product.epilogue.bias = run.input(biasSlot, as: Element.self) + group &* features
          }
          withUnsafePointer(to: product) { pointer in
            run.parallel(taskCount(pointer)) { task, worker in kernel(pointer, task, run.scratch(worker)) }
          }
        }
      }
    }
  }
}

/// Takes the moved samples of one channel, as rows [kernel, positions] of a matrix.
private struct DeformSampler<Element: BinaryFloatingPoint & Sendable>: Sendable {
  let placed: PlacedWindow
  let channels: Int
  let channelsPerOffset: Int
  let offsetGroups: Int

  func run(
    _ lines: UnsafeMutablePointer<Element>, _ image: UnsafePointer<Element>, _ offset: UnsafePointer<Element>,
    _ mask: UnsafePointer<Element>?, _ channel: Int
  ) {
    let (height, width): (Int, Int) = (placed.input.height, placed.input.width)
    let (rows, columns): (Int, Int) = (placed.output.height, placed.output.width)
    let positions: Int = rows &* columns
    let taps: Int = placed.kernel.count
    let plane = image + channel &* height &* width
    let group: Int = channel / channelsPerOffset
    for tap in 0..<taps {
      let (tapRow, tapColumn): (Int, Int) = (tap / placed.kernel.width, tap % placed.kernel.width)
      let shifts = offset + (group &* taps &+ tap) &* 2 &* positions
      let target = lines + (channel &* taps &+ tap) &* positions
      for position in 0..<positions {
        let (row, column): (Int, Int) = (position / columns, position % columns)
        let top: Int =
          row &* placed.stride.height &- placed.begin.height &+ tapRow &* placed.dilation.height
        let left: Int =
          column &* placed.stride.width &- placed.begin.width &+ tapColumn &* placed.dilation.width
        let y: Double = Double(top) + Double(shifts[position])
        let x: Double = Double(left) + Double(shifts[positions &+ position])
        var value: Double = Self.sample(plane, height, width, y, x)
        if let mask { value *= Double(mask[(group &* taps &+ tap) &* positions &+ position]) }
        target[position] = Element(value)
      }
    }
  }

  /// Bilinear interpolation; outside the image is zero.
  private static func sample(
    _ plane: UnsafePointer<Element>, _ height: Int, _ width: Int, _ y: Double, _ x: Double
  ) -> Double {
    guard y > -1, x > -1, y < Double(height), x < Double(width) else { return 0 }
    let (top, left): (Double, Double) = (floor(y), floor(x))
    let (down, right): (Double, Double) = (y - top, x - left)
    func at(_ row: Int, _ column: Int) -> Double {
      guard row >= 0, row < height, column >= 0, column < width else { return 0 }
      return Double(plane[row &* width &+ column])
    }
    let (row, column): (Int, Int) = (Int(top), Int(left))
    let upper: Double = at(row, column) * (1 - right) + at(row, column + 1) * right
    let lower: Double = at(row + 1, column) * (1 - right) + at(row + 1, column + 1) * right
    return upper * (1 - down) + lower * down
  }
}
