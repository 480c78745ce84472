/// Matrix products and what is made of them.
let linearFamily = OperatorFamily(
  "Linear",
  [
    DetOp.self, GemmOp.self, MatMulOp.self,
  ])
