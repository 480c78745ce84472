/// Pooling over windows.
let poolingFamily = OperatorFamily(
  "Pooling",
  [])
