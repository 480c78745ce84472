/// Operators that hold graphs.
let controlFamily = OperatorFamily(
  "Control",
  [
    IfOp.self, LoopOp.self, ScanOp.self, SequenceMapOp.self,
  ])
