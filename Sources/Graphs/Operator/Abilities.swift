package import Tensors

/// Output 0 is input `aliasedInput` under another shape: where memory allows, nothing runs.
package protocol AliasingOperator: Operator {
  var aliasedInput: Int { get }
}

/// Output 0 may be written over any of these inputs, where the input has the output's type and shape and
/// dies here.
package protocol InPlaceOperator: Operator {
  var inPlaceInputs: [Int] { get }
}

/// An operator with windows over the spatial axes of input 0 (those from 2 on) that can pad it itself.
package protocol PaddingOperator: Operator {
  /// The operator that gives for x what it gives for x padded with `value`; nil where it can't. `pads` are for
  /// the begin of each spatial axis, then for the end of each, and not negative.
  func padded(by pads: [Int], with value: Double) -> (any Operator)?
}

/// Output 0 is its inputs side by side: they may lie in its memory from the start, and an input that does is
/// not copied.
package protocol JoiningOperator: Operator {
  func placement(inputs: [Shape], output: Shape) -> PartPlacement?
}

/// The outputs are parts of input 0 side by side: they may be its memory, and an output that is, is not
/// copied.
package protocol CuttingOperator: Operator {
  /// One part for each output.
  func placement(input: Shape, outputs: [Shape]) -> PartPlacement?
}

/// An operator that works where the last axis of some tensors is a part of longer rows
/// (`PrepareContext.Operand.rowStride`).
package protocol StridedOperator: Operator {
  /// Whether the rows of input `index` may be apart.
  func readsStrided(_ index: Int) -> Bool
  /// Whether the rows of its outputs may be apart.
  var writesStrided: Bool { get }
}

/// The same inputs may give different outputs (random numbers), so that nothing is folded or shared.
package protocol NondeterministicOperator: Operator {}

/// What running an operator takes.
package struct Cost: Sendable {
  /// Arithmetic operations; a fused multiply-add counts two.
  package var flops: Int
  /// Bytes read and written at the least.
  package var bytes: Int

  package init(flops: Int, bytes: Int) {
    self.flops = flops
    self.bytes = bytes
  }
}

/// An operator whose arithmetic is worth counting (others count their bytes and one operation an element).
package protocol CostedOperator: Operator {
  /// Arithmetic operations for the given input and output shapes; a multiply-add counts two.
  func flops(inputs: [Shape?], outputs: [Shape?]) -> Int
}

/// An operator that holds graphs (If, Loop, Scan).
package protocol SubgraphOperator: Operator {
  var subgraphs: [Subgraph] { get }
  /// The same operator with other graphs in the same roles.
  func replacingSubgraphs(_ subgraphs: [Subgraph]) -> Self
}
