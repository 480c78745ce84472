internal import KernelInterface

/// The family of reductions, by element type.
let reductionKernels = ReductionKernels(
  kernel: { function, element in reductionKernel(function, element) },
  argMax: { argMaxKernel($0) },
  argMin: { argMinKernel($0) },
  cumulativeSum: { cumulativeSumKernel($0) },
  cumulativeProduct: { cumulativeProductKernel($0) })

private func reductionKernel(_ function: ReductionFunction, _ element: KernelElement) -> ReductionKernel? {
  switch element {
  case .float32: reductionF32(function)
  case .float64: reductionF64(function)
  case .int8: reductionInteger(function, Int8.self)
  case .int16: reductionInteger(function, Int16.self)
  case .int32: reductionInteger(function, Int32.self)
  case .int64: reductionInteger(function, Int64.self)
  case .uint8: reductionInteger(function, UInt8.self)
  case .uint16: reductionInteger(function, UInt16.self)
  case .uint32: reductionInteger(function, UInt32.self)
  case .uint64: reductionInteger(function, UInt64.self)
  case .float16, .bfloat16, .bool: nil
  }
}
