/// Operators on images and sampling grids.
let imagingFamily = OperatorFamily(
  "Imaging",
  [
    ResizeOp.self, UpsampleOp.self,
  ])
