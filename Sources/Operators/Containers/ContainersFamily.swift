/// Operators on sequences, optionals and maps.
let containersFamily = OperatorFamily(
  "Containers",
  [
    ConcatFromSequenceOp.self, OptionalOp.self, OptionalGetElementOp.self, OptionalHasElementOp.self,
    SequenceAtOp.self, SequenceConstructOp.self, SequenceEmptyOp.self, SequenceEraseOp.self,
    SequenceInsertOp.self, SequenceLengthOp.self, SplitToSequenceOp.self,
  ])
