/// Convolutions and their kin.
let convolutionFamily = OperatorFamily(
  "Convolution",
  [])
