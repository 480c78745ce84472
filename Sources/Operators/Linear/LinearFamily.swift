/// Matrix products and what is made of them.
let linearFamily = OperatorFamily(
  "Linear",
  [
    GemmOp.self, MatMulOp.self,
  ])
