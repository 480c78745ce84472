internal import KernelInterface

/// The family of functions of one operand, by element type.
let unaryKernels = UnaryKernels(
  kernel: { function, element in unaryKernel(function, element) },
  predicate: { predicate, element in predicateKernel(predicate, element) },
  bitwiseNot: { bitwiseNot($0, $1, $2) })

private func unaryKernel(_ function: UnaryFunction, _ element: KernelElement) -> UnaryKernel? {
  switch element {
  case .float32: unaryF32(function)
  case .float64: unaryF64(function)
  case .int8: unarySigned(function, Int8.self)
  case .int16: unarySigned(function, Int16.self)
  case .int32: unarySigned(function, Int32.self)
  case .int64: unarySigned(function, Int64.self)
  case .uint8: unaryUnsigned(function, UInt8.self)
  case .uint16: unaryUnsigned(function, UInt16.self)
  case .uint32: unaryUnsigned(function, UInt32.self)
  case .uint64: unaryUnsigned(function, UInt64.self)
  case .float16, .bfloat16, .bool: nil
  }
}

private func predicateKernel(_ predicate: UnaryPredicate, _ element: KernelElement) -> UnaryKernel? {
  switch element {
  case .float32: return predicateFloating(predicate, Float.self)
  case .float64: return predicateFloating(predicate, Double.self)
  case .float16, .bfloat16: return nil
  default: break
  }
  guard predicate == .isZero else { return nil }
  switch element.size {
  case 1: return isZeroInteger(UInt8.self)
  case 2: return isZeroInteger(UInt16.self)
  case 4: return isZeroInteger(UInt32.self)
  default: return isZeroInteger(UInt64.self)
  }
}
