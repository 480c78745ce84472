package import Tensors

/// A node as the affine algebra sees it: types, and constants with what has been folded into them so far.
package struct AffineNode: Sendable {
  package let inputs: [ValueType?]
  package let outputs: [ValueType?]
  /// The inputs that are constants.
  package let constants: [FoldableConstant?]

  package init(inputs: [ValueType?], outputs: [ValueType?], constants: [FoldableConstant?]) {
    self.inputs = inputs
    self.outputs = outputs
    self.constants = constants
  }

  package func constant(_ index: Int) -> FoldableConstant? {
    index < constants.count ? constants[index] : nil
  }
  package func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }
  package func dimensions(_ index: Int) -> [Dimension]? {
    index < inputs.count ? inputs[index]?.dimensions : nil
  }
  package func rank(_ index: Int) -> Int? { dimensions(index)?.count }
  package var outputRank: Int? { outputs.first??.dimensions?.count }
}

/// A node after it took a map: its operator, constant inputs that changed (by index; one past the last
/// input appends it), and what has to be added to output 0, where a shift has no other place.
package struct AffineRewrite: Sendable {
  package var op: any Operator
  package var constants: [Int: FoldableConstant]
  package var addend: FoldableConstant?

  package init(
    op: any Operator, constants: [Int: FoldableConstant] = [:], addend: FoldableConstant? = nil
  ) {
    self.op = op
    self.constants = constants
    self.addend = addend
  }
}

/// An operator that, for some inputs, is an affine map along one axis of one of them.
package protocol AffineMapOperator: Operator {
  /// The input that is mapped, and the map; nil where this node is none.
  func affineMap(_ node: AffineNode) -> (input: Int, map: AxisMap)?
}

/// An operator whose parameters can take an affine map of its output 0: A of the specification.
package protocol OutputMapAbsorber: Operator {
  /// The node that gives `map` of what it gave, or nil where it can't take all of the map.
  func absorbing(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite?
}

/// An operator whose parameters can take an affine map of an input: B, C, D of the specification.
package protocol InputMapAbsorber: Operator {
  /// The node that gives for x what it gave for `map` of x in input `index`, or nil where it can't take
  /// all of the map.
  func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite?
}

/// An operator that a map can cross: F of the specification.
package protocol MapCrossing: Operator {
  /// The map of output 0 that has the effect of `map` on input `index`, with the node's rewrite where it
  /// changes too; nil where the map can't cross.
  func forward(_ map: AxisMap, from index: Int, _ node: AffineNode) -> (
    map: AxisMap, rewrite: AffineRewrite?
  )?
  /// The ways to have the effect of `map` on output 0 by maps of inputs (by index; inputs not named stay as
  /// they are), any of which will do; empty where the map can't cross.
  func backward(_ map: AxisMap, _ node: AffineNode) -> [[Int: AxisMap]]
  /// What else changes in the node when `map` of output 0 becomes maps of inputs.
  func backwardRewrite(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite?
  /// Whether inputs broadcast, so that their axes are counted from the last one of the output.
  var broadcastsInputs: Bool { get }
}

extension MapCrossing {
  package var broadcastsInputs: Bool { false }
  package func backwardRewrite(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite? { nil }
}

/// An operator that reads a part of an input.
package protocol PickingOperator: Operator {
  /// Whether it reads only what `map` of input `index` leaves as it is.
  func ignores(_ map: AxisMap, at index: Int, _ node: AffineNode) -> Bool
}

/// An operator that deals the elements of input 0 out to its outputs, so that a map crosses it to all of
/// them.
package protocol DividingCrossing: Operator {
  /// The map of each output that has the effect of `map` on input 0; nil where it can't cross.
  func forward(_ map: AxisMap, _ node: AffineNode) -> [AxisMap]?
  /// The map of input 0 that has the effect of `map` on the output `index` and none on the others.
  func backward(_ map: AxisMap, fromOutput index: Int, _ node: AffineNode) -> AxisMap?
}

/// An operator with constant parameters that is linear in an input, so that it can take the scale of a map
/// while what comes of the shift is added to its output.
package protocol AddendAbsorber: Operator {
  func absorbingWithAddend(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite?
  func absorbingWithAddend(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite?
}

extension AddendAbsorber {
  package func absorbingWithAddend(outputMap map: AxisMap, _ node: AffineNode) -> AffineRewrite? { nil }
}

/// An operator that ends in an affine map along one axis that can be taken off it (the gain and offset of a
/// normalization).
package protocol AffineTailOperator: Operator {
  /// The map at the end, and the node without its scale, its shift or both; nil where there is none.
  func affineTail(_ node: AffineNode) -> AxisMap?
  /// The node with another map at its end.
  func replacingTail(_ map: AxisMap, _ node: AffineNode) -> AffineRewrite?
}

/// An operator that adds a bias, in input 2, which may be left out.
package protocol BiasedOperator: Operator {
  /// The bias as a shift of output 0; nil where there is none, or it is no constant.
  func bias(_ node: AffineNode) -> AxisMap?
}
