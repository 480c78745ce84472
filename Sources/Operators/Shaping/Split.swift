package import Graphs
internal import KernelInterface
package import Tensors

/// `Split`: the input cut along `axis` into one part for each output: of the lengths in `split`, or of
/// equal lengths, the last one shorter where the axis does not divide.
///
/// ONNX operator set: Split-1 to 18; before 13 `split` is an attribute. Refused: lengths that don't sum up
/// to the axis.
package struct SplitOp: KernelOperator, ValueOperator, CuttingOperator, StridedOperator {
  package static let schema = OperatorSchema(
    "Split", since: [1, 2, 11, 13, 18],
    inputs: [Parameter("input", .all, variable: "T"), Parameter("split", [.int64], .optional)],
    outputs: [Parameter("outputs", .all, .variadic, variable: "T")],
    attributes: ["axis", "split", "num_outputs"])

  package private(set) var axis: Int
  package let partCount: Int
  private let givesLengths: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 0
    if let lengths = try node.ints("split") { node.setInput(1, to: Tensor(lengths.map { Int64($0) })) }
    partCount = try node.int("num_outputs") ?? node.wantsOutput.count
    givesLengths = node.hasInput(1)
    guard partCount >= 1, node.wantsOutput.count <= partCount else {
      throw node.error(
        .invalidAttribute, "\(partCount) parts don't match \(node.wantsOutput.count) outputs")
    }
  }

  /// A split by lengths that are given as input 1.
  package init(axis: Int, partCount: Int) {
    self.axis = axis
    self.partCount = partCount
    givesLengths = true
  }

  /// The same split along another axis.
  package func along(_ axis: Int) -> SplitOp {
    var result: SplitOp = self
    result.axis = axis
    return result
  }

  package var attributes: [Attribute] {
    [Attribute("axis", axis)] + (givesLengths ? [] : [Attribute("num_outputs", partCount)])
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      for index in context.outputs.indices { context.setOutput(index, context.elementType(0), nil) }
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: dimensions.count)
    let lengths: [Dimension]
    if context.hasInput(1) {
      lengths = context.knownDimensions(1) ?? context.freshDimensions(context.outputs.count)
    } else if let extent = dimensions[axis].value {
      lengths = Self.lengths(of: extent, parts: partCount).map { Dimension($0) }
    } else if let part = dimensions[axis].dividedExactly(by: Dimension(partCount)) {
      lengths = Array(repeating: part, count: partCount)
    } else {
      lengths = context.freshDimensions(partCount)
    }
    guard lengths.count >= context.outputs.count else {
      throw context.error(
        .shapeMismatch, "\(lengths.count) lengths don't match \(context.outputs.count) outputs")
    }
    if lengths.contains(where: { ($0.value ?? 0) < 0 }) {
      throw context.error(.shapeMismatch, "a length is negative: \(lengths)")
    }
    if let sum = lengths.reduce(0, +).value, let extent = dimensions[axis].value, sum != extent {
      throw context.error(.shapeMismatch, "lengths of \(sum) in all don't match the extent \(extent)")
    }
    let elements: [Dimension]? = dimensions.count == 1 ? context.symbolicElements(0) : nil
    var first: Int? = 0
    for index in context.outputs.indices {
      var result: [Dimension] = dimensions
      result[axis] = lengths[index]
      context.setOutput(index, context.elementType(0), result)
      guard let elements, let start = first, let length = lengths[index].value,
        start + length <= elements.count
      else {
        first = nil
        continue
      }
      context.setKnown(index, KnownValue(dimensions: Array(elements[start..<start + length])))
      first = start + length
    }
  }

  /// Equal lengths, rounded up; the last ones take what is left.
  private static func lengths(of extent: Int, parts: Int) -> [Int] {
    let length: Int = (extent + parts - 1) / parts
    return (0..<parts).map { max(0, min(length, extent - $0 * length)) }
  }

  package func placement(input: Shape, outputs: [Shape]) -> PartPlacement? {
    guard let axis = input.normalized(axis: axis) else { return nil }
    return PartPlacement(input, axis: axis, extents: outputs.map { $0[axis] })
  }

  package func readsStrided(_ index: Int) -> Bool { index == 0 }
  package var writesStrided: Bool { true }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let lengths: [Int]? = try context.optionalInput(1).map { _ throws(PlanError) in
      try context.integers(ofInput: 1)
    }
    return try context.moving { context throws(PlanError) in
      let input: Shape = context.input(0).shape
      let axis: Int = input.normalized(axis: self.axis) ?? 0
      let parts: [Int] = lengths ?? Self.lengths(of: input[axis], parts: partCount)
      let size: Int = context.input(0).elementType.byteWidth
      let strides: [Int] = context.input(0).strides
      let source: Int = context.input(0).slot
      let movement: MovementKernels = context.kernels.movement
      var copies: [(copy: DividedCopy, target: Int, home: Int?)] = []
      var offset: Int = 0
      for (index, length) in parts.enumerated() {
        if let output = context.optionalOutput(index) {
          let plan = CopyPlan(
            sizes: output.shape.extents, outStrides: output.strides, inStrides: strides)
          let copy = DividedCopy(plan, movement, elementSize: size, inOffset: offset)
          let mayBeThere: Bool = zip(output.shape.extents, zip(output.strides, strides)).allSatisfy {
            $0 == 1 || $1.0 == $1.1
          }
          copies.append((copy, output.slot, mayBeThere ? offset * size : nil))
        }
        offset += length * strides[axis]
      }
      let divided = copies
      return Step { run in
        for part in divided {
          // An output that is the input's memory is there.
          if let home = part.home, run.slots[part.target] == run.slots[source] + home { continue }
          part.copy.run(run, from: source, to: part.target)
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [0], outputCount: context.wantsOutput.count)
  }
}
