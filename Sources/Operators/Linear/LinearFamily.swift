/// Matrix products.
let linearFamily = OperatorFamily(
  "Linear",
  [])
