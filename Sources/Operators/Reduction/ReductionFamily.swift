/// Operators that bring an axis to one element, or run along it.
let reductionFamily = OperatorFamily(
  "Reduction",
  [
    ArgMaxOp.self, ArgMinOp.self, CumProdOp.self, CumSumOp.self, ReduceL1Op.self, ReduceL2Op.self,
    ReduceLogSumExpOp.self, ReduceLogSumOp.self, ReduceMaxOp.self, ReduceMeanOp.self, ReduceMinOp.self,
    ReduceProdOp.self, ReduceSumOp.self, ReduceSumSquareOp.self,
  ])
