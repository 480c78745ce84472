/// Operators that draw random numbers.
let randomFamily = OperatorFamily(
  "Random",
  [
    BernoulliOp.self, DropoutOp.self, MultinomialOp.self, RandomNormalOp.self, RandomNormalLikeOp.self,
    RandomUniformOp.self, RandomUniformLikeOp.self,
  ])
