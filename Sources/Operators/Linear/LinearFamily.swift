/// Matrix products and what is made of them.
let linearFamily = OperatorFamily(
  "Linear",
  [
    DetOp.self, EinsumOp.self, GemmOp.self, MatMulIntegerOp.self, MatMulOp.self, QLinearMatMulOp.self,
  ])
