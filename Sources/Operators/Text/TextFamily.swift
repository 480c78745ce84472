/// Operators on strings.
let textFamily = OperatorFamily(
  "Text",
  [])
