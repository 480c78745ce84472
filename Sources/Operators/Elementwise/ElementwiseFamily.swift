/// Operators that compute each element from the elements at the same place: arithmetic, functions,
/// activations.
let elementwiseFamily = OperatorFamily(
  "Elementwise",
  [
    AbsOp.self, AcosOp.self, AcoshOp.self, AddOp.self, AsinOp.self, AsinhOp.self, AtanOp.self, AtanhOp.self,
    CeilOp.self, CeluOp.self, ClipOp.self, CosOp.self, CoshOp.self, DivOp.self, EluOp.self, ErfOp.self,
    ExpOp.self, FloorOp.self, GeluOp.self, HardSigmoidOp.self, HardSwishOp.self, LeakyReluOp.self,
    LogOp.self, MaxOp.self, MeanOp.self, MinOp.self, MishOp.self, ModOp.self, MulOp.self, NegOp.self,
    PReluOp.self, PowOp.self, ReciprocalOp.self, ReluOp.self, RoundOp.self, SeluOp.self, ShrinkOp.self,
    SigmoidOp.self, SignOp.self, SinOp.self, SinhOp.self, SoftplusOp.self, SoftsignOp.self, SqrtOp.self,
    SubOp.self, SumOp.self, SwishOp.self, TanOp.self, TanhOp.self, ThresholdedReluOp.self,
  ])
