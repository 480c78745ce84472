/// Operators on strings.
let textFamily = OperatorFamily(
  "Text",
  [
    RegexFullMatchOp.self, StringConcatOp.self, StringNormalizerOp.self, StringSplitOp.self,
    TfIdfVectorizerOp.self,
  ])
