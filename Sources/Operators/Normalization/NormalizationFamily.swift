/// Operators that scale elements by statistics of others.
let normalizationFamily = OperatorFamily(
  "Normalization",
  [
    BatchNormalizationOp.self, GroupNormalizationOp.self, HardmaxOp.self, InstanceNormalizationOp.self,
    LRNOp.self, LayerNormalizationOp.self, LogSoftmaxOp.self, LpNormalizationOp.self,
    MeanVarianceNormalizationOp.self, OffsetRMSNormalizationOp.self, RMSNormalizationOp.self,
    ResidualLayerNormalizationOp.self, ResidualRMSNormalizationOp.self, SoftmaxOp.self,
  ])
