/// Operators on quantized numbers.
let quantizationFamily = OperatorFamily(
  "Quantization",
  [])
