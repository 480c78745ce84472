internal import KernelInterface

/// The products in fewer bits as the table shows them.
func reducedGemmTable() -> ReducedGemmTable {
  #if KERNELS_AVX512
    ReducedGemmTable(
      bfloat16: reducedGemmKernels(BFloat16Lanes.self, .bfloat16, instruction: nil),
      bfloat16Dot: reducedGemmKernels(BFloat16DotLanes.self, .bfloat16, instruction: "AVX512_BF16"),
      int8: reducedGemmKernels(ByteLanes.self, .int8Dynamic, instruction: nil),
      int8Dot: reducedGemmKernels(ByteDotLanes.self, .int8Dynamic, instruction: "AVX512_VNNI"))
  #elseif KERNELS_AVX2
    ReducedGemmTable(
      bfloat16: reducedGemmKernels(BFloat16Lanes.self, .bfloat16, instruction: nil),
      bfloat16Dot: reducedGemmKernels(BFloat16Lanes.self, .bfloat16, instruction: nil),
      int8: reducedGemmKernels(ByteLanes.self, .int8Dynamic, instruction: nil),
      int8Dot: reducedGemmKernels(ByteDotLanes.self, .int8Dynamic, instruction: "AVX_VNNI"))
  #else
    ReducedGemmTable(
      bfloat16: reducedGemmKernels(BFloat16Lanes.self, .bfloat16, instruction: nil),
      bfloat16Dot: reducedGemmKernels(BFloat16Lanes.self, .bfloat16, instruction: nil),
      int8: reducedGemmKernels(ByteLanes.self, .int8Dynamic, instruction: nil),
      int8Dot: reducedGemmKernels(ByteLanes.self, .int8Dynamic, instruction: nil))
  #endif
}

/// The products of one precision.
private func reducedGemmKernels<Lanes: ReducedLanes>(
  _ lanes: Lanes.Type, _ precision: ProductPrecision, instruction: String?
) -> ReducedGemmKernels {
  typealias Product = ReducedGemm<Lanes>
  typealias Packing = ReducedPack<Lanes>
  typealias Rows = ReducedProductOfRows<Lanes>
  typealias Pixels = ReducedConvolution<Lanes>
  return ReducedGemmKernels(
    precision: precision, instruction: instruction, tileRows: Product.tileRows,
    tileColumns: Product.tileColumns,
    packedABytes: { m, k in
      Packing.packedBytes(m, k, Product.panelRows(m))
    },
    packedBBytes: { k, n in
      Packing.packedBytes(n, k, Product.tileColumns)
    },
    packScratchBytes: Packing.scratchBytes, mostDepth: Packing.mostDepth,
    packA: { Packing.run($0, Product.panelRows($0.pointee.lanes), isWeight: false, $1) },
    packB: { Packing.run($0, Product.tileColumns, isWeight: true, $1) },
    taskCount: { Product.taskCount($0) },
    scratchBytes: { Product.scratchBytes($0) },
    run: { Product.run($0, $1, $2) },
    rowProducts: GemmKernels<Float>(
      tileRows: Product.tileRows, tileColumns: Product.tileColumns,
      packedACount: { _, _ in 0 },
      packedBCount: { k, n in
        Packing.packedBytes(n, k, Product.tileColumns) / MemoryLayout<Float>.stride
      },
      packA: { _, _, _, _, _, _ in },
      packB: { Rows.packB($0, $1, $2, $3, $4, $5) },
      taskCount: { Rows.taskCount($0) },
      scratchBytes: { Rows.scratchBytes($0) },
      run: { Rows.run($0, $1, $2) }),
    takesConvolution: { ReducedConvolutionCosts<Lanes>.takes($0) },
    convolutions: ConvolutionKernels<Float>(
      packedWeightsCount: { Pixels($0).packedWeightsCount },
      packWeights: { Pixels($0).packWeights($1, $2) },
      taskCount: { Pixels($0).taskCount() },
      scratchBytes: { Pixels($0).scratchBytes() },
      run: { Pixels($0).run($1, $2) }))
}
