/// Operators on quantized numbers.
let quantizationFamily = OperatorFamily(
  "Quantization",
  [
    DequantizeLinearOp.self, DynamicQuantizeLinearOp.self, QuantizeLinearOp.self,
  ])
