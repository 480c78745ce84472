/// Operators on sequences, optionals and maps.
let containersFamily = OperatorFamily(
  "Containers",
  [])
