internal import Tensors

/// An operator whose constant parameters can be changed so that output 0 has zero mean along an axis: what
/// came out, minus its mean. A writer of the specification's section 2, H.
package protocol CenteringWriter: Operator {
  /// The node that gives what it gave minus the mean along `axis`, or nil where its parameters can't.
  func centered(along axis: Int, _ node: AffineNode) -> AffineRewrite?
}

/// An operator that is linear in its inputs, and the same at every index along an axis that a map can cross:
/// if all inputs have zero mean along it, so has the output.
package protocol AxisLinear: MapCrossing {
  /// The axis of each input (by index) that is the axis `axis` of output 0, kept whole; nil where some input
  /// that must have one, and is no constant, has none.
  func inputAxes(forOutput axis: Int, extent: Int, _ node: AffineNode) -> [Int: Int]?
  /// Whether constants are terms of the output, so that they must have zero mean too.
  var sumsConstants: Bool { get }
}

extension AxisLinear {
  package var sumsConstants: Bool { true }

  package func inputAxes(forOutput axis: Int, extent: Int, _ node: AffineNode) -> [Int: Int]? {
    let probe = AxisMap(
      axis: axis, scale: Array(repeating: 1, count: extent), shift: (0..<extent).map { Double($0 + 1) })
    var axes: [Int: Int] = [:]
    for choice in backward(probe, node) {
      for (index, map) in choice where isWhole(map, probe) { axes[index] = map.axis }
    }
    for index in node.inputs.indices
    where node.inputs[index]?.elementType?.isFloatingPoint == true && node.constant(index) == nil {
      guard axes[index] != nil else { return nil }
    }
    return axes
  }

  /// The axis of output 0 that is the axis `axis` of input `index`; nil where it is not kept whole.
  package func outputAxis(forInput index: Int, axis: Int, extent: Int, _ node: AffineNode) -> Int? {
    for candidate in 0..<(node.outputRank ?? 0)
    where node.outputs.first??.dimensions?[candidate].value == extent {
      if inputAxes(forOutput: candidate, extent: extent, node)?[index] == axis { return candidate }
    }
    return nil
  }

  private func isWhole(_ map: AxisMap, _ probe: AxisMap) -> Bool {
    map.axis != nil && map.count == probe.count
      && zip(map.shift, probe.shift).allSatisfy { abs($0) == abs($1) || $0 == 0 }
  }
}

/// A normalization of the last axis that subtracts the mean, so that it does not see a shift of its input
/// that is the same along the axis.
package protocol MeanNormalization: AffineTailOperator {
  /// The axis that is normalized, where it is one alone and the last.
  func normalizedAxis(_ node: AffineNode) -> Int?
  /// The same normalization for inputs of zero mean.
  var withoutMean: any Operator { get }
}

/// An operator that reads the shapes of its inputs and no element: it does not see any map.
package protocol ShapeReader: InputMapAbsorber {}

extension ShapeReader {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    AffineRewrite(op: self)
  }
}
