/// Windows of an image brought to one element.
let poolingFamily = OperatorFamily(
  "Pooling",
  [
    AveragePoolOp.self, GlobalAveragePoolOp.self, GlobalLpPoolOp.self, GlobalMaxPoolOp.self, LpPoolOp.self,
    MaxPoolOp.self, MaxUnpoolOp.self,
  ])
