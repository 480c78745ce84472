/// Convolutions over images and sequences.
let convolutionFamily = OperatorFamily(
  "Convolution",
  [
    ConvOp.self, ConvTransposeOp.self, DeformConvOp.self,
  ])
