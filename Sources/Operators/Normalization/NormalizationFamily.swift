/// Operators that normalize by statistics of their input, and softmax.
let normalizationFamily = OperatorFamily(
  "Normalization",
  [])
