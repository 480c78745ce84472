package import Graphs
internal import KernelInterface
package import Tensors

/// `Concat`: the inputs one after another along `axis`; all other extents are equal.
///
/// ONNX operator set: Concat-1 to 13; in version 1 `axis` is 1 where left out.
package struct ConcatOp: KernelOperator, ValueOperator, JoiningOperator, StridedOperator {
  package static let schema = OperatorSchema(
    "Concat", since: [1, 4, 11, 13],
    inputs: [Parameter("inputs", .all, .variadic, variable: "T")],
    outputs: [Parameter("concat_result", .all, variable: "T")],
    attributes: ["axis"])

  package let axis: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    let given: Int? = try node.int("axis")
    axis = try node.required("axis", given ?? (node.version < 4 ? 1 : nil))
    guard node.inputs.contains(where: { $0 != nil }) else {
      throw node.error(.invalidInput, "expected at least one input")
    }
    node.inputs.removeAll { $0 == nil }
  }

  package init(axis: Int) { self.axis = axis }

  package var attributes: [Attribute] { [Attribute("axis", axis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let types: [ValueType] = context.inputs.compactMap { $0?.type }
    let element: ElementType? = types.first?.elementType
    guard let first = types.compactMap(\.dimensions).first else {
      context.setOutput(0, element, nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: first.count)
    var result: [Dimension] = first
    var total: Dimension? = 0
    for index in 0..<context.inputCount {
      guard let dimensions = context.dimensions(index) else {
        total = nil
        continue
      }
      guard dimensions.count == first.count else {
        throw context.error(
          .shapeMismatch, "inputs must have one rank, found \(first.count) and \(dimensions.count)")
      }
      for other in result.indices where other != axis {
        guard let extent = dimensions[other].value else { continue }
        if let expected = result[other].value, expected != extent {
          throw context.error(
            .shapeMismatch, "axis \(other) must have one extent, found \(expected) and \(extent)")
        }
        result[other] = Dimension(extent)
      }
      total = total.map { $0 + dimensions[axis] }
    }
    result[axis] = total ?? context.freshDimension()
    context.setOutput(0, element, result)
    guard first.count == 1, element == .int64,
      (0..<context.inputCount).contains(where: { context.symbolicElements($0) != nil })
    else { return }
    var elements: [Dimension] = []
    for index in 0..<context.inputCount {
      guard let part = context.shapeElements(index) else { return }
      elements += part
    }
    context.setKnown(0, KnownValue(dimensions: elements))
  }

  package func placement(inputs: [Shape], output: Shape) -> PartPlacement? {
    guard let axis = output.normalized(axis: axis) else { return nil }
    return PartPlacement(output, axis: axis, extents: inputs.map { $0[axis] })
  }

  package func readsStrided(_ index: Int) -> Bool { true }
  package var writesStrided: Bool { true }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.moving { context throws(PlanError) in
      let output: Shape = context.output(0).shape
      let axis: Int = output.normalized(axis: self.axis) ?? 0
      let size: Int = context.output(0).elementType.byteWidth
      let strides: [Int] = context.output(0).strides
      let movement: MovementKernels = context.kernels.movement
      var copies: [(copy: DividedCopy, source: Int, home: Int?)] = []
      var offset: Int = 0
      for input in context.inputs {
        guard let input else { continue }
        let plan = CopyPlan(
          sizes: input.shape.extents, outStrides: strides, inStrides: input.strides)
        let copy = DividedCopy(plan, movement, elementSize: size, outOffset: offset)
        let mayBeThere: Bool = zip(input.shape.extents, zip(input.strides, strides)).allSatisfy {
          $0 == 1 || $1.0 == $1.1
        }
        copies.append((copy, input.slot, mayBeThere ? offset * size : nil))
        offset += input.shape[axis] * strides[axis]
      }
      let target: Int = context.output(0).slot
      let parts = copies
      return Step { run in
        for part in parts {
          // An input that was made in its place is there.
          if let home = part.home, run.slots[part.source] == run.slots[target] + home { continue }
          part.copy.run(run, from: part.source, to: target)
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: Array(inputs.indices))
  }
}
