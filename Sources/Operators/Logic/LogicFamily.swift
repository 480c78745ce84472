/// Comparisons, boolean and bitwise operators, and choices by a condition.
let logicFamily = OperatorFamily(
  "Logic",
  [])
