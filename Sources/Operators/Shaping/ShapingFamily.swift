/// Operators that change a tensor's shape and not its elements.
let shapingFamily = OperatorFamily(
  "Shaping",
  [
    CenterCropPadOp.self, ConcatOp.self, ConstantOp.self, ConstantOfShapeOp.self, DepthToSpaceOp.self,
    ExpandOp.self, EyeLikeOp.self, FlattenOp.self, IdentityOp.self, PadOp.self, RangeOp.self, ReshapeOp.self,
    ShapeOp.self, SizeOp.self, SliceOp.self, SpaceToDepthOp.self, SplitOp.self, SqueezeOp.self, TileOp.self,
    TransposeOp.self, TriluOp.self, UnsqueezeOp.self,
  ])
