package import Graphs
internal import Tensors

// What normalizations don't see of their input, the specification's section 2, I: a shift that the mean takes
// away again, and a scale that the deviation does, where epsilon is divided by its square:
//
//     n_epsilon(a x + c) = sgn(a) n_{epsilon / a^2}(x)
//
// Epsilon is a float32, whatever the elements are; where they are wider, the quotient must be one exactly.

extension LayerNormalizationOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, node.outputs.dropFirst().allSatisfy({ $0 == nil }), let rank = node.rank(0) else {
      return nil
    }
    let first: Int = form.axis < 0 ? form.axis + rank : form.axis
    if !map.hasScale, let axis = map.axis, axis < first { return AffineRewrite(op: self) }
    guard let (form, sign) = form.absorbing(map, node) else { return nil }
    return AffineRewrite(op: LayerNormalizationOp(form: form)).scaling(gain: 1, by: sign, node)
  }
}

extension RMSNormalizationOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, !map.hasShift, let (form, sign) = form.absorbing(map, node) else { return nil }
    return AffineRewrite(op: RMSNormalizationOp(form: form)).scaling(gain: 1, by: sign, node)
  }
}

/// Each channel loses its own shift; scales must have one magnitude, as there is one epsilon.
extension InstanceNormalizationOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, map.axis == nil || map.axis == 1,
      let epsilon = epsilon.divided(bySquareOf: map.scale, node)
    else { return nil }
    return AffineRewrite(op: InstanceNormalizationOp(epsilon: epsilon))
      .scaling(gain: 1, by: map.scale.map { $0 < 0 ? -1 : 1 }, node)
  }
}

/// Each group loses a shift and a scale that all its channels share; scales must have one magnitude, as there
/// is one epsilon.
extension GroupNormalizationOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    guard index == 0, map.axis == nil || map.axis == 1,
      let epsilon = epsilon.divided(bySquareOf: map.scale, node)
    else { return nil }
    if map.axis != nil {
      guard map.count % groups == 0 else { return nil }
      let size: Int = map.count / groups
      for c in 0..<map.count {
        let first: Int = c / size * size
        guard map.scale[c] == map.scale[first], map.shift[c] == map.shift[first] else { return nil }
      }
    }
    return AffineRewrite(op: GroupNormalizationOp(groups: groups, epsilon: epsilon))
      .scaling(gain: 1, by: map.scale.map { $0 < 0 ? -1 : 1 }, node)
  }
}

/// A shift that is the same along the axis.
extension SoftmaxOp: InputMapAbsorber {
  package func absorbing(inputMap map: AxisMap, at index: Int, _ node: AffineNode) -> AffineRewrite? {
    normalization.ignores(map, node) ? AffineRewrite(op: self) : nil
  }
}

extension AxisNormalization {
  func ignores(_ map: AxisMap, _ node: AffineNode) -> Bool {
    guard !map.hasScale, let rank = node.rank(0) else { return false }
    return map.axis == nil || map.axis != (axis < 0 ? axis + rank : axis)
  }
}

extension RowNormalizationForm {
  /// The form for x instead of `map` of x, which is the same for all elements, and the sign of its scale.
  fileprivate func absorbing(_ map: AxisMap, _ node: AffineNode) -> (
    form: RowNormalizationForm, sign: [Double]
  )? {
    guard let uniform = map.uniform, let epsilon = epsilon.divided(bySquareOf: uniform.scale, node) else {
      return nil
    }
    let form = RowNormalizationForm(
      axis: axis, epsilon: epsilon, stashType: stashType, isRootMeanSquare: isRootMeanSquare)
    return (form, [uniform.scale[0] < 0 ? -1 : 1])
  }
}

extension Float {
  /// The number over the square of scales that all have one magnitude, which is not 0; nil where they don't,
  /// or the quotient is no normal number.
  fileprivate func divided(bySquareOf scales: [Double], _ node: AffineNode) -> Float? {
    guard let first = scales.first, first != 0, scales.allSatisfy({ abs($0) == abs(first) }) else {
      return nil
    }
    let exact: Double = Double(self) / (first * first)
    let quotient = Float(exact)
    if self == 0 { return 0 }
    let isWide: Bool = node.inputs.first??.elementType == .float64
    guard quotient.isNormal, !isWide || Double(quotient) == exact else { return nil }
    return quotient
  }
}

extension AffineRewrite {
  /// The rewrite with the gain in input `index` multiplied by signs, one for all or one for each element;
  /// nil where that takes a gain that is no constant.
  fileprivate func scaling(gain index: Int, by signs: [Double], _ node: AffineNode) -> AffineRewrite? {
    guard signs.contains(-1) else { return self }
    guard let gain = node.constant(index), let values = gain.doubles,
      signs.count == 1 || signs.count == values.count,
      let changed = gain.replaced(
        by: values.indices.map { values[$0] * signs[signs.count == 1 ? 0 : $0] })
    else { return nil }
    var result: AffineRewrite = self
    result.constants[index] = changed
    return result
  }
}
