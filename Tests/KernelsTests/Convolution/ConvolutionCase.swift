import KernelInterface
import Testing

/// One convolution with random operands, canaries and an epilogue; `check` runs it twice, with tasks in
/// opposite orders, and compares with the definition in double precision.
struct ConvolutionCase {
  var channels: Int
  var outputs: Int
  var input: Extent3
  var kernel: Extent3
  var stride = Extent3(1)
  var dilation = Extent3(1)
  var padding = Extent3(0)
  var paddingEnd = Extent3(0)
  var groups = 1
  var batch = 1
  var transposed = false
  var activation = Activation.none
  var hasBias = false
  var hasResidual = false
  var layout = ImageLayout.channelsFirst
  /// Only where `layout` is channels-last may X be so too.
  var inputLayout = ImageLayout.channelsFirst
  /// Channels-last: elements of others between the pixels.
  var pixelGap = 0
  var prologue = Prologue.none
  /// What the largest error may be, in units of the largest magnitude of the output; nil for the bound of a
  /// plain sum.
  var relativeError: Double?
  /// What operands are rounded to before they are multiplied; nil for nothing less than they are.
  var precision: ProductPrecision?

  enum Prologue: CaseIterable { case none, gate, normalization }

  init(_ channels: Int, _ outputs: Int, _ input: Extent3, _ kernel: Extent3) {
    self.channels = channels
    self.outputs = outputs
    self.input = input
    self.kernel = kernel
  }

  private func output(_ size: KeyPath<Extent3, Int>) -> Int {
    let reach = dilation[keyPath: size] * (kernel[keyPath: size] - 1) + 1
    let pads = padding[keyPath: size] + paddingEnd[keyPath: size]
    if transposed { return (input[keyPath: size] - 1) * stride[keyPath: size] + reach - pads }
    return (input[keyPath: size] + pads - reach) / stride[keyPath: size] + 1
  }

  func check<Element: BinaryFloatingPoint & Sendable>(
    _ convolution: ConvolutionKernels<Element>, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let out = Extent3(output(\.depth), output(\.height), output(\.width))
    var random = SeededRandom(UInt64(channels * 31 + outputs * 7 + input.count * 3 + kernel.count))
    let x = image(channels, input.count, inputLayout, &random) as GuardedBuffer<Element>
    let weights = GuardedBuffer<Element>(channels * outputs / groups * kernel.count, random: &random)
    let bias = GuardedBuffer<Element>(outputs, random: &random)
    let scale = GuardedBuffer<Element>(batch * channels, random: &random)
    let shift = GuardedBuffer<Element>(channels, random: &random)
    let residual = image(outputs, out.count, layout, &random) as GuardedBuffer<Element>
    let y = GuardedBuffer<Element>(residual.count) { _ in .nan }

    var arguments = ConvolutionArguments<Element>(
      inputChannels: channels, outputChannels: outputs, input: input, kernel: kernel, output: out)
    arguments.batch = batch
    arguments.groups = groups
    arguments.transposed = transposed
    arguments.stride = stride
    arguments.dilation = dilation
    arguments.padding = padding
    arguments.layout = layout
    arguments.inputLayout = inputLayout
    if pixelGap > 0 {
      arguments.inputPixelStride = channels + pixelGap
      arguments.outputPixelStride = outputs + pixelGap
      arguments.residualPixelStride = outputs + pixelGap
    }
    if prologue != .none { arguments.prologue.scale = scale.pointer }
    if prologue == .gate { arguments.prologue.batchStride = channels }
    if prologue == .normalization {
      arguments.prologue.shift = shift.pointer
      arguments.prologue.hasFloor = true
      arguments.prologue.floor = -0.25
    }
    arguments.x = x.pointer
    arguments.y = y.base
    if hasBias { arguments.epilogue.bias = bias.pointer }
    if hasResidual { arguments.epilogue.residual = residual.pointer }
    arguments.epilogue.residualScale = 0.5
    arguments.epilogue.activation = activation
    arguments.epilogue.parameter0 = activation == .clip ? -0.75 : 0.375
    arguments.epilogue.parameter1 = 0.5
    let packed = GuardedBuffer<Element>(convolution.packedWeightsCount(&arguments)) { _ in .nan }
    convolution.packWeights(&arguments, weights.pointer, packed.base)
    arguments.packedWeights = packed.pointer

    let scratch = Scratch(bytes: convolution.scratchBytes(&arguments))
    let tasks = convolution.taskCount(&arguments)
    for task in 0..<tasks { convolution.run(&arguments, task, scratch.pointer) }
    let result = y.values
    for i in 0..<y.count { y.base[i] = .nan }
    for task in (0..<tasks).reversed() { convolution.run(&arguments, task, scratch.pointer) }
    #expect(
      zip(result, y.values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) },
      "\(self): the order of tasks shows",
      sourceLocation: sourceLocation)
    #expect(scratch.isIntact, "\(self): scratch overrun", sourceLocation: sourceLocation)
    for buffer in [x, weights, bias, scale, shift, residual, y, packed] {
      #expect(buffer.isIntact, "\(self): a canary died", sourceLocation: sourceLocation)
    }

    let entering = (0..<batch * channels * input.count).map { i in
      let (channel, image) = (i / input.count % channels, i / input.count / channels)
      let value = Double(x.base[place(i, channels, input.count, inputLayout)])
      switch prologue {
      case .none: return value
      case .gate: return held(value * Double(scale.base[image * channels + channel]))
      case .normalization:
        let product = held(value * Double(scale.base[channel]))
        return max(-0.25, product + Double(shift.base[channel]))
      }
    }
    let (sums, sizes) =
      precision.map { reducedReference($0, entering, weights.values.map(Double.init), out) }
      ?? reference(entering, weights.values.map(Double.init), out)
    let depth = channels / groups * kernel.count
    let first = activation == .clip ? -0.75 : 0.375
    let largest = sums.reduce(1) { max($0, abs($1)) }
    for i in 0..<batch * outputs * out.count {
      var expected = sums[i]
      let at = place(i, outputs, out.count, layout)
      if hasBias { expected += Double(bias.base[i / out.count % outputs]) }
      if hasResidual { expected += 0.5 * Double(residual.base[at]) }
      expected = referenceActivation(activation, first, 0.5, expected)
      var tolerance = Double(Element.ulpOfOne) * (Double(depth) / 2 + 8) * (sizes[i] + 3)
      if let relativeError { tolerance = relativeError * largest }
      if !(abs(Double(y.base[at]) - expected) <= tolerance) {
        Issue.record(
          "\(self) \(Element.self): element \(i) is \(y.base[at]), expected \(expected)",
          sourceLocation: sourceLocation)
        return
      }
    }
    checkGaps(y, out.count, sourceLocation)
  }

  /// A product as the kernel holds it, where it is rounded anew and every bit counts.
  private func held(_ value: Double) -> Double { precision == nil ? value : Double(Float(value)) }

  /// Where element `i`, counted channels-first, lies.
  private func place(_ i: Int, _ channels: Int, _ plane: Int, _ layout: ImageLayout) -> Int {
    guard layout == .channelsLast else { return i }
    return (i / plane / channels * plane + i % plane) * (channels + pixelGap) + i / plane % channels
  }

  /// A random image tensor.
  private func image<Element: BinaryFloatingPoint & Sendable>(
    _ channels: Int, _ plane: Int, _ layout: ImageLayout, _ random: inout SeededRandom
  ) -> GuardedBuffer<Element> {
    let isLast = layout == .channelsLast
    // Nothing lies behind the last pixel's channels, whatever the distance between pixels.
    let count = isLast ? batch * plane * (channels + pixelGap) - pixelGap : batch * plane * channels
    return GuardedBuffer<Element>(count, random: &random)
  }

  /// Expects what lies between the pixels of Y to be as it was.
  private func checkGaps<Element: BinaryFloatingPoint & Sendable>(
    _ y: GuardedBuffer<Element>, _ plane: Int, _ sourceLocation: SourceLocation
  ) {
    guard layout == .channelsLast, pixelGap > 0 else { return }
    let isIntact = (0..<y.count).allSatisfy { $0 % (outputs + pixelGap) < outputs || y.base[$0].isNaN }
    #expect(isIntact, "\(self): wrote between the pixels", sourceLocation: sourceLocation)
  }

  /// The sums of the definition and of their magnitudes, by adding what each pair of positions contributes.
  private func reference(_ x: [Double], _ weights: [Double], _ out: Extent3) -> ([Double], [Double]) {
    var sums = [Double](repeating: 0, count: batch * outputs * out.count)
    var sizes = sums
    let (perGroup, outputsPerGroup) = (channels / groups, outputs / groups)
    for image in 0..<batch {
      for o in 0..<outputs {
        for c in 0..<perGroup {
          let channel = o / outputsPerGroup * perGroup + c
          let matrix =
            transposed ? channel * outputsPerGroup + o % outputsPerGroup : o * perGroup + c
          eachContribution(out) { from, tap, to in
            let product =
              x[(image * channels + channel) * input.count + from] * weights[matrix * kernel.count + tap]
            sums[(image * outputs + o) * out.count + to] += product
            sizes[(image * outputs + o) * out.count + to] += abs(product)
          }
        }
      }
    }
    return (sums, sizes)
  }

  func eachContribution(_ out: Extent3, _ body: (Int, Int, Int) -> Void) {
    // In the transposed case the roles of input and output positions are exchanged.
    let (base, other) = transposed ? (input, out) : (out, input)
    for z in 0..<base.depth {
      for y in 0..<base.height {
        for x in 0..<base.width {
          for tap in 0..<kernel.count {
            let (kx, ky) = (tap % kernel.width, tap / kernel.width % kernel.height)
            let kz = tap / kernel.width / kernel.height
            let oz = z * stride.depth - padding.depth + kz * dilation.depth
            let oy = y * stride.height - padding.height + ky * dilation.height
            let ox = x * stride.width - padding.width + kx * dilation.width
            guard 0..<other.depth ~= oz, 0..<other.height ~= oy, 0..<other.width ~= ox else { continue }
            let here = (z * base.height + y) * base.width + x
            let there = (oz * other.height + oy) * other.width + ox
            if transposed { body(here, tap, there) } else { body(there, tap, here) }
          }
        }
      }
    }
  }
}
