internal import Graphs
internal import KernelInterface
internal import Tensors

/// The convolution of bytes with zero points, in int32, as a product of the weights with the image's patches,
/// for each group of each image:
///
///     Y[o, p] = sum over c, t of (X[c, p * stride - pad + t * dilation] - x_zero) * (W[o, c, t] - w_zero[o])
///
/// Positions outside the image hold the zero point of X.
struct ByteConvolution: Sendable {
  let batch: Int
  let groups: Int
  /// Features and input channels of a group.
  let features: Int
  let channels: Int
  let positions: Int
  private let patches: BytePatchesArguments
  private let product: IntegerGemmArguments
  private let x: Int
  private let w: Int
  private let xZero: Int?
  private let wZero: Int?
  private let patchesSlot: Int
  private let kernels: IntegerGemmKernels

  init(
    _ context: inout PrepareContext, _ geometry: ConvolutionGeometry, x: PrepareContext.Operand,
    xZero: PrepareContext.Operand?, w: PrepareContext.Operand, wZero: PrepareContext.Operand?
  ) throws(PlanError) {
    let y: Shape = context.output(0).shape
    let placed: PlacedWindow = try geometry.place(context, x: x.shape, weights: w.shape, y: y)
    kernels = context.kernels.integerGemm
    batch = x.shape[0]
    groups = geometry.groups
    features = w.shape[0] / groups
    channels = x.shape[1] / groups
    positions = placed.output.count
    let zeros: Int = wZero?.shape.count ?? 1
    guard xZero?.shape.count ?? 1 == 1, zeros == 1 || zeros == w.shape[0] else {
      throw context.error(
        .invalidGraph, "expected one zero point for X, and for W one or \(w.shape[0]); found \(zeros)")
    }
    var patches = BytePatchesArguments(
      channels: 1, input: placed.input, kernel: placed.kernel, output: placed.output)
    patches.stride = placed.stride
    patches.dilation = placed.dilation
    patches.padding = placed.begin
    self.patches = patches
    let depth: Int = channels * placed.kernel.count
    var product = IntegerGemmArguments(m: features, n: positions, k: depth)
    product.aIsSigned = w.elementType == .int8
    product.bIsSigned = x.elementType == .int8
    product.aRowStride = depth
    product.bRowStride = positions
    product.cRowStride = positions
    product.aZeroStride = zeros == 1 ? 0 : 1
    let placeholder = UnsafeRawPointer(bitPattern: 64)
    product.a = placeholder
    product.b = placeholder
    product.aZero = wZero == nil ? nil : placeholder
    product.bZero = xZero == nil ? nil : placeholder
    self.product = product
    self.x = x.slot
    self.w = w.slot
    self.xZero = xZero?.slot
    self.wZero = wZero?.slot
    patchesSlot = context.temporary(depth * positions)
    let kernels: IntegerGemmKernels = self.kernels
    context.reserveScratch(withUnsafePointer(to: product) { kernels.scratchBytes($0) })
  }

  /// Computes the sums of one group of one image.
  func run(_ run: RunContext, image: Int, group: Int, into sums: UnsafeMutablePointer<Int32>) {
    let source = run.input(x, as: UInt8.self) + (image &* groups &+ group) &* channels &* patches.input.count
    let lines = run.output(patchesSlot, as: UInt8.self)
    let outside: UInt8 = xZero.map { run.input($0, as: UInt8.self)[0] } ?? 0
    let lineSize: Int = patches.kernel.count &* positions
    run.parallel(channels) { channel, _ in
      var work: BytePatchesArguments = patches
      work.outside = outside
      work.x = source + channel &* patches.input.count
      work.y = lines + channel &* lineSize
      withUnsafePointer(to: work) { kernels.patches($0) }
    }
    var product: IntegerGemmArguments = self.product
    product.a = UnsafeRawPointer(run.slots[w]) + group &* features &* product.k
    product.b = UnsafeRawPointer(lines)
    product.c = sums
    if let xZero { product.bZero = UnsafeRawPointer(run.slots[xZero]) }
    if let wZero {
      product.aZero = UnsafeRawPointer(run.slots[wZero]) + group &* features &* product.aZeroStride
    }
    withUnsafePointer(to: product) { pointer in
      run.parallel(kernels.taskCount(pointer)) { task, worker in
        kernels.run(pointer, task, run.scratch(worker))
      }
    }
  }
}
