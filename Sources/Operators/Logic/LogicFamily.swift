/// Comparisons, boolean and bitwise operators, and choices by a condition.
let logicFamily = OperatorFamily(
  "Logic",
  [
    AndOp.self, BitShiftOp.self, BitwiseAndOp.self, BitwiseNotOp.self, BitwiseOrOp.self, BitwiseXorOp.self,
    EqualOp.self, GreaterOp.self, GreaterOrEqualOp.self, IsInfOp.self, IsNaNOp.self, LessOp.self,
    LessOrEqualOp.self, NotOp.self, OrOp.self, WhereOp.self, XorOp.self,
  ])
