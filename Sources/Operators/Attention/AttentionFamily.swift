/// Attention and what goes with it.
let attentionFamily = OperatorFamily(
  "Attention",
  [AttentionOp.self, CausalConvWithStateOp.self, LinearAttentionOp.self, RotaryEmbeddingOp.self])
