/// Operators on images and sampling grids.
let imagingFamily = OperatorFamily(
  "Imaging",
  [
    AffineGridOp.self, Col2ImOp.self, GridSampleOp.self, MaxRoiPoolOp.self, ResizeOp.self, RoiAlignOp.self,
    UpsampleOp.self,
  ])
