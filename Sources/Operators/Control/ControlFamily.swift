/// Operators that hold graphs.
let controlFamily = OperatorFamily(
  "Control",
  [])
