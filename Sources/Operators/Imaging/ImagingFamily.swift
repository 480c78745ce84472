/// Operators on images and sampling grids.
let imagingFamily = OperatorFamily(
  "Imaging",
  [
    AffineGridOp.self, GridSampleOp.self, ResizeOp.self, UpsampleOp.self,
  ])
