/// Convolutions over images and sequences.
let convolutionFamily = OperatorFamily(
  "Convolution",
  [
    ConvIntegerOp.self, ConvOp.self, ConvTransposeOp.self, DeformConvOp.self, QLinearConvOp.self,
  ])
