internal import KernelInterface

/// The GEMM of one element type as the table shows it.
func gemmKernelsF32() -> GemmKernels<Float> {
  GemmKernels<Float>(
    tileRows: Gemm<F32Lanes>.tileRows, tileColumns: Gemm<F32Lanes>.tileColumns,
    packedACount: { m, k in roundUp(m, Gemm<F32Lanes>.tileRows) * k },
    packedBCount: { k, n in roundUp(n, Gemm<F32Lanes>.tileColumns) * k },
    packA: { source, rowStride, columnStride, m, k, destination in
      packPanels(
        F32Lanes.self, source, rowStride, columnStride, m, Gemm<F32Lanes>.tileRows, k, destination)
    },
    packB: { source, rowStride, columnStride, k, n, destination in
      packPanels(
        F32Lanes.self, source, columnStride, rowStride, n, Gemm<F32Lanes>.tileColumns, k, destination)
    },
    taskCount: { Gemm<F32Lanes>.taskCount($0) },
    scratchBytes: { Gemm<F32Lanes>.scratchBytes($0) },
    run: { Gemm<F32Lanes>.run($0, $1, $2) })
}

func gemmKernelsF64() -> GemmKernels<Double> {
  GemmKernels<Double>(
    tileRows: Gemm<F64Lanes>.tileRows, tileColumns: Gemm<F64Lanes>.tileColumns,
    packedACount: { m, k in roundUp(m, Gemm<F64Lanes>.tileRows) * k },
    packedBCount: { k, n in roundUp(n, Gemm<F64Lanes>.tileColumns) * k },
    packA: { source, rowStride, columnStride, m, k, destination in
      packPanels(
        F64Lanes.self, source, rowStride, columnStride, m, Gemm<F64Lanes>.tileRows, k, destination)
    },
    packB: { source, rowStride, columnStride, k, n, destination in
      packPanels(
        F64Lanes.self, source, columnStride, rowStride, n, Gemm<F64Lanes>.tileColumns, k, destination)
    },
    taskCount: { Gemm<F64Lanes>.taskCount($0) },
    scratchBytes: { Gemm<F64Lanes>.scratchBytes($0) },
    run: { Gemm<F64Lanes>.run($0, $1, $2) })
}
