/// Operators that change a tensor's shape and not its elements.
let shapingFamily = OperatorFamily(
  "Shaping",
  [
    ReshapeOp.self, ShapeOp.self,
  ])
