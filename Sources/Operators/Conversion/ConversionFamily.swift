/// Operators that change the element type.
let conversionFamily = OperatorFamily(
  "Conversion",
  [
    BitCastOp.self, CastOp.self, CastLikeOp.self,
  ])
