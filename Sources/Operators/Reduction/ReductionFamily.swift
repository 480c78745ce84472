/// Operators that reduce or accumulate along axes.
let reductionFamily = OperatorFamily(
  "Reduction",
  [])
