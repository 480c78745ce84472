internal import CVector
package import KernelInterface

/// The table of this module's kernels.
package let kernelTable: KernelTable = {
  let isa = InstructionSet(rawValue: Int(ngraph_compiled_isa)) ?? .baseline
  return KernelTable(
    isa: isa, gemmF32: gemmKernelsF32(), gemmF64: gemmKernelsF64(), convolutionF32: convolutionKernelsF32(),
    convolutionF64: convolutionKernelsF64(),
    pooling: poolingKernels(),
    integerGemm: integerGemmKernels(), reducedGemm: reducedGemmTable(),
    conversion: conversionKernels,
    unary: unaryKernels, binary: binaryKernels, reduction: reductionKernels,
    normalization: normalizationKernels, softmax: softmaxKernels, attentionF32: attentionKernelsF32(),
    movement: movementKernels, resize: resizeKernels, recurrent: recurrentKernels, roofline: rooflineKernels)
}()
