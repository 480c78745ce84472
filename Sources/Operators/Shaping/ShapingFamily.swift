/// Operators that change a tensor's shape and not its elements.
let shapingFamily = OperatorFamily(
  "Shaping",
  [
    ConcatOp.self, ConstantOp.self, ConstantOfShapeOp.self, ExpandOp.self, FlattenOp.self, IdentityOp.self,
    PadOp.self, RangeOp.self, ReshapeOp.self, ShapeOp.self, SizeOp.self, SliceOp.self, SplitOp.self,
    SqueezeOp.self, TileOp.self,
    TransposeOp.self, UnsqueezeOp.self,
  ])
