internal import KernelInterface

/// The family of functions of two operands, by element type.
let binaryKernels = BinaryKernels(
  kernel: { function, element in binaryKernel(function, element) },
  comparison: { function, element in comparisonKernel(function, element) },
  bitwise: { function, element in bitwiseKernel(function, element) },
  select: { selectKernel($0) })

private func binaryKernel(_ function: BinaryFunction, _ element: KernelElement) -> BinaryKernel? {
  switch element {
  case .float32: binaryF32(function)
  case .float64: binaryF64(function)
  case .int8: binaryInteger(function, Int8.self)
  case .int16: binaryInteger(function, Int16.self)
  case .int32: binaryInteger(function, Int32.self)
  case .int64: binaryInteger(function, Int64.self)
  case .uint8: binaryInteger(function, UInt8.self)
  case .uint16: binaryInteger(function, UInt16.self)
  case .uint32: binaryInteger(function, UInt32.self)
  case .uint64: binaryInteger(function, UInt64.self)
  case .float16, .bfloat16, .bool: nil
  }
}

private func comparisonKernel(_ function: Comparison, _ element: KernelElement) -> BinaryKernel? {
  switch element {
  case .float32: comparison(function, Float.self)
  case .float64: comparison(function, Double.self)
  case .int8: comparison(function, Int8.self)
  case .int16: comparison(function, Int16.self)
  case .int32: comparison(function, Int32.self)
  case .int64: comparison(function, Int64.self)
  case .uint8, .bool: comparison(function, UInt8.self)
  case .uint16: comparison(function, UInt16.self)
  case .uint32: comparison(function, UInt32.self)
  case .uint64: comparison(function, UInt64.self)
  case .float16, .bfloat16: nil
  }
}

private func bitwiseKernel(_ function: BitwiseFunction, _ element: KernelElement) -> BinaryKernel? {
  switch element {
  case .int8: bitwise(function, Int8.self)
  case .int16: bitwise(function, Int16.self)
  case .int32: bitwise(function, Int32.self)
  case .int64: bitwise(function, Int64.self)
  case .uint8, .bool: bitwise(function, UInt8.self)
  case .uint16: bitwise(function, UInt16.self)
  case .uint32: bitwise(function, UInt32.self)
  case .uint64: bitwise(function, UInt64.self)
  case .float32, .float64, .float16, .bfloat16: nil
  }
}
