/// Operators that draw random numbers.
let randomFamily = OperatorFamily(
  "Random",
  [
    DropoutOp.self
  ])
