/// Recurrent networks.
let recurrentFamily = OperatorFamily(
  "Recurrent",
  [])
