/// Recurrent networks over sequences.
let recurrentFamily = OperatorFamily("Recurrent", [GRUOp.self, LSTMOp.self, RNNOp.self])
