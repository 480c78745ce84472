internal import KernelInterface

/// Applies an activation to floats in place.
@inline(never)
func activateF32(
  _ activation: Activation, _ p0: Float, _ p1: Float, _ values: UnsafeMutablePointer<Float>, _ count: Int
) {
  let q0: Double = Double(p0)
  let q1: Double = Double(p1)
  for i in 0..<count { values[i] = Float(activatedF64(activation, q0, q1, Double(values[i]))) }
}
