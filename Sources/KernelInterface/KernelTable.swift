/// The kernels of one instruction set: function values and tile sizes, grouped by family.
///
/// Every kernel module (`Kernels`, `KernelsAVX2`, `KernelsAVX512`) compiles the same sources and
/// exports one table as `kernelTable`. A kernel never throws and never checks: sizes, strides and
/// alignment were validated when the plan was made. A kernel runs on one thread; work is divided by
/// its caller, by the problem and never by the number of threads.
package struct KernelTable: Sendable {
  /// The instruction set that the table's module was really compiled for.
  package var isa: InstructionSet

  package var gemmF32: GemmKernels<Float>
  package var gemmF64: GemmKernels<Double>
  package var convolutionF32: ConvolutionKernels<Float>
  package var convolutionF64: ConvolutionKernels<Double>
  package var pooling: PoolingKernels
  package var integerGemm: IntegerGemmKernels
  package var reducedGemm: ReducedGemmTable
  /// What products of weights run with in place of `gemmF32`, where a session asks for it.
  package var weightProducts: ReducedGemmKernels? = nil

  package var conversion: ConversionKernels
  package var unary: UnaryKernels
  package var binary: BinaryKernels
  package var reduction: ReductionKernels
  package var normalization: NormalizationKernels
  package var softmax: SoftmaxKernels
  package var attentionF32: AttentionKernels
  package var movement: MovementKernels
  package var resize: ResizeKernels
  package var recurrent: RecurrentKernels
  package var roofline: RooflineKernels

  package init(
    isa: InstructionSet, gemmF32: GemmKernels<Float>, gemmF64: GemmKernels<Double>,
    convolutionF32: ConvolutionKernels<Float>,
    convolutionF64: ConvolutionKernels<Double>,
    pooling: PoolingKernels,
    integerGemm: IntegerGemmKernels, reducedGemm: ReducedGemmTable,
    conversion: ConversionKernels, unary: UnaryKernels, binary: BinaryKernels, reduction: ReductionKernels,
    normalization: NormalizationKernels, softmax: SoftmaxKernels, attentionF32: AttentionKernels,
    movement: MovementKernels, resize: ResizeKernels, recurrent: RecurrentKernels, roofline: RooflineKernels
  ) {
    self.isa = isa
    self.gemmF32 = gemmF32
    self.gemmF64 = gemmF64
    self.convolutionF32 = convolutionF32
    self.convolutionF64 = convolutionF64
    self.pooling = pooling
    self.integerGemm = integerGemm
    self.reducedGemm = reducedGemm
    self.conversion = conversion
    self.unary = unary
    self.binary = binary
    self.reduction = reduction
    self.normalization = normalization
    self.softmax = softmax
    self.attentionF32 = attentionF32
    self.movement = movement
    self.resize = resize
    self.recurrent = recurrent
    self.roofline = roofline
  }
}
