/// Attention and position embeddings.
let attentionFamily = OperatorFamily(
  "Attention",
  [])
