internal import CVector

/// `left * right + addend`: fused where the instruction set has it in one instruction, two roundings
/// elsewhere. `addingProduct` without that instruction is a call of libm for every lane, so kernels use
/// this function alone.
@inline(__always) func mulAdd(_ left: VF32, _ right: VF32, _ addend: VF32) -> VF32 {
  F32Lanes.mulAdd(left, right, addend)
}

@inline(__always) func mulAdd(_ left: VF64, _ right: VF64, _ addend: VF64) -> VF64 {
  F64Lanes.mulAdd(left, right, addend)
}

@inline(__always) func mulAdd(_ left: Float, _ right: Float, _ addend: Float) -> Float {
  ngraph_fuses() ? addend.addingProduct(left, right) : left * right + addend
}

@inline(__always) func mulAdd(_ left: Double, _ right: Double, _ addend: Double) -> Double {
  ngraph_fuses() ? addend.addingProduct(left, right) : left * right + addend
}
