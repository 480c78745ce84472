/// Operators that pick, place or repeat elements by position.
let indexingFamily = OperatorFamily(
  "Indexing",
  [
    GatherOp.self
  ])
