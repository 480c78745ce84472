/// Operators of signal processing.
let signalFamily = OperatorFamily(
  "Signal",
  [
    BlackmanWindowOp.self, DFTOp.self, HammingWindowOp.self, HannWindowOp.self, MelWeightMatrixOp.self,
    STFTOp.self,
  ])
