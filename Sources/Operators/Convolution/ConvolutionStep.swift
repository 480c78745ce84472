internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that runs one convolution, or its gradient: arguments complete but for addresses, and the operands
/// that give those. Constant weights are packed when the step is made, others in each run.
struct ConvolutionStep<Element: BinaryFloatingPoint & TensorElement> {
  var kernels: ConvolutionKernels<Element>
  var arguments: ConvolutionArguments<Element>
  let x: PrepareContext.Operand
  let weights: PrepareContext.Operand
  let y: PrepareContext.Operand
  let ending: ProductEnding

  private static var placeholder: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  mutating func prepare(_ context: inout PrepareContext) -> Step {
    arguments.epilogue = ending.epilogue(
      Element.self, rows: arguments.outputChannels, columns: arguments.output.count,
      placeholder: Self.placeholder)
    arguments.epilogue.biasAxis = .row
    arguments.inputPixelStride = x.rowStride
    arguments.outputPixelStride = y.rowStride
    arguments.residualPixelStride = ending.residual?.rowStride ?? 0
    if ending.inputScale != nil { arguments.prologue.scale = Self.placeholder }
    if ending.inputShift != nil { arguments.prologue.shift = Self.placeholder }
    // One value for each channel, or for each channel of each image.
    let isPerImage: Bool = ending.inputScale.map { $0.shape.count > arguments.inputChannels } ?? false
    arguments.prologue.batchStride = isPerImage ? arguments.inputChannels : 0
    arguments.prologue.hasFloor = ending.inputFloor != nil
    arguments.prologue.floor = Element(ending.inputFloor ?? 0)
    arguments.x = Self.placeholder
    arguments.y = UnsafeMutablePointer(mutating: Self.placeholder)
    let reduced: ReducedGemmKernels? = reducedKernels(context)
    if let reduced, let convolutions = reduced.convolutions as? ConvolutionKernels<Element> {
      kernels = convolutions
      context.countReducedProduct()
    }
    let pack = kernels.packWeights
    let size: Int = withUnsafePointer(to: arguments) { [kernels] in kernels.packedWeightsCount($0) }
    let bytes: Int = size * MemoryLayout<Element>.stride
    var packingSlot: Int?
    if let constant = weights.constant {
      let packed: UnsafeRawPointer = context.weights.packed(
        constant, layout: layout(context.kernels.isa.name, reduced?.precision), byteCount: bytes
      ) { [arguments] weight, target in
        weight.withElements(of: Element.self) { source in
          withUnsafePointer(to: arguments) { pack($0, source, target.assumingMemoryBound(to: Element.self)) }
        }
      }
      arguments.packedWeights = packed.assumingMemoryBound(to: Element.self)
    } else {
      arguments.packedWeights = Self.placeholder
      packingSlot = context.temporary(bytes)
    }
    let (tasks, scratch): (Int, Int) = withUnsafePointer(to: arguments) { [kernels] in
      (kernels.taskCount($0), kernels.scratchBytes($0))
    }
    context.reserveScratch(scratch)
    let kernel = kernels.run
    let template: ConvolutionArguments<Element> = arguments
    let (xSlot, ySlot): (Int, Int) = (x.slot, y.slot)
    let weightSlot: Int? = packingSlot == nil ? nil : weights.slot
    let biasSlot: Int? = ending.bias?.slot
    let residualSlot: Int? = ending.residual?.slot
    let scaleSlot: Int? = ending.inputScale?.slot
    let shiftSlot: Int? = ending.inputShift?.slot
    let slot: Int? = packingSlot
    return Step(kernel: reduced.map(kernelName) ?? "") { run in
      var arguments: ConvolutionArguments<Element> = template
      arguments.x = run.input(xSlot)
      arguments.y = run.output(ySlot)
      if let biasSlot { arguments.epilogue.bias = run.input(biasSlot) }
      if let residualSlot { arguments.epilogue.residual = run.input(residualSlot) }
      if let scaleSlot { arguments.prologue.scale = run.input(scaleSlot) }
      if let shiftSlot { arguments.prologue.shift = run.input(shiftSlot) }
      if let slot, let weightSlot {
        let packed: UnsafeMutablePointer<Element> = run.output(slot)
        withUnsafePointer(to: arguments) { pack($0, run.input(weightSlot), packed) }
        arguments.packedWeights = UnsafePointer(packed)
      }
      withUnsafePointer(to: arguments) { pointer in
        run.parallel(tasks) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
    }
  }

  /// The kernels of the session's reduced precision where they are to compute the convolution.
  private func reducedKernels(_ context: PrepareContext) -> ReducedGemmKernels? {
    guard let kernels = context.kernels.weightProducts, weights.constant != nil,
      let arguments = arguments as? ConvolutionArguments<Float>
    else { return nil }
    return withUnsafePointer(to: arguments) { kernels.takesConvolution($0) } ? kernels : nil
  }

  /// The kernel and the sizes of the product: pixels, outputs and depth of a group.
  private func kernelName(_ kernels: ReducedGemmKernels) -> String {
    let groups: String = arguments.groups == 1 ? "" : "\(arguments.groups) x "
    let pixels: Int = arguments.batch * arguments.output.count
    let depth: Int = arguments.kernel.count * arguments.inputChannels / arguments.groups
    return
      "conv\(kernels.precision.kernelSuffix) \(groups)\(pixels)x\(arguments.outputChannels / arguments.groups)x\(depth)"
  }

  /// Everything that the choice of an algorithm, and so the packing, may depend on.
  private func layout(_ isa: String, _ precision: ProductPrecision?) -> String {
    let sizes: [Int] = [
      arguments.batch, arguments.groups, arguments.inputChannels, arguments.outputChannels,
      arguments.transposed ? 1 : 0, Int(arguments.layout.rawValue), Int(arguments.inputLayout.rawValue),
    ]
    let extents: [Extent3] = [
      arguments.input, arguments.output, arguments.kernel, arguments.stride, arguments.dilation,
      arguments.padding,
    ]
    let all: [Int] = sizes + extents.flatMap { [$0.depth, $0.height, $0.width] }
    return "convolution \(precision?.rawValue ?? "\(Element.self)") \(isa) \(all)"
  }
}
