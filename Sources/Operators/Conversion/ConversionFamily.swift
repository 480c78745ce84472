/// Operators that change the element type.
let conversionFamily = OperatorFamily(
  "Conversion",
  [])
