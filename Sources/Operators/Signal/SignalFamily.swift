/// Fourier transforms and windows.
let signalFamily = OperatorFamily(
  "Signal",
  [])
