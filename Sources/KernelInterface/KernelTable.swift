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

  package var unary: UnaryKernels
  package var binary: BinaryKernels

  package init(
    isa: InstructionSet, gemmF32: GemmKernels<Float>, gemmF64: GemmKernels<Double>, unary: UnaryKernels,
    binary: BinaryKernels
  ) {
    self.isa = isa
    self.gemmF32 = gemmF32
    self.gemmF64 = gemmF64
    self.unary = unary
    self.binary = binary
  }
}
