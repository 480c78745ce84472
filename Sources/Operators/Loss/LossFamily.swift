/// Losses of training.
let lossFamily = OperatorFamily("Loss", [NegativeLogLikelihoodLossOp.self, SoftmaxCrossEntropyLossOp.self])
