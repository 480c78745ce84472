/// Operators that pick, place or repeat elements by position.
let indexingFamily = OperatorFamily(
  "Indexing",
  [
    GatherOp.self, GatherElementsOp.self, GatherNDOp.self, OneHotOp.self, ReverseSequenceOp.self,
    ScatterOp.self, ScatterElementsOp.self, ScatterNDOp.self, TensorScatterOp.self,
  ])
