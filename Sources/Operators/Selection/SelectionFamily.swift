/// Operators whose result's order or size depends on the data: sorting, searching, filtering.
let selectionFamily = OperatorFamily(
  "Selection",
  [
    CompressOp.self, NonMaxSuppressionOp.self, NonZeroOp.self, TopKOp.self, UniqueOp.self,
  ])
