package import Graphs
package import Tensors

/// `OneHot`: a new axis of `depth` elements at `axis`, `values[1]` where the index points and `values[0]`
/// elsewhere. Negative indices count from the back; what is out of range gives `values[0]` alone.
///
/// ONNX operator set: OneHot-9 to 28. Refused: a negative depth.
package struct OneHotOp: KernelOperator, ValueOperator {
  package static let schema = OperatorSchema(
    "OneHot", since: [9, 11, 28],
    inputs: [Parameter("indices", .numbers), Parameter("depth", .numbers), Parameter("values", .all)],
    outputs: [Parameter("output", .all)],
    attributes: ["axis"])

  package let axis: Int

  package init(_ node: inout NodeReader) throws(GraphError) { axis = try node.int("axis") ?? -1 }

  package var attributes: [Attribute] { [Attribute("axis", axis)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let indices = context.dimensions(0) else {
      context.setOutput(0, context.elementType(2), nil)
      return
    }
    let axis: Int = try context.normalized(axis: self.axis, rank: indices.count + 1)
    var depth: Dimension = context.freshDimension()
    if let tensor = context.tensor(1) {
      guard tensor.count == 1, let value = tensor.roundedIntegers?.first, value >= 0 else {
        throw context.error(.invalidInput, "the depth must be one number that is not negative")
      }
      depth = Dimension(value)
    } else if let known = context.symbolicElements(1)?.first {
      depth = known
    }
    context.setOutput(0, context.elementType(2), Array(indices[..<axis]) + [depth] + Array(indices[axis...]))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    guard let read = context.input(0).elementType.integerReader else {
      throw context.unsupported(context.input(0).elementType)
    }
    guard context.input(2).shape.count == 2 else {
      throw context.error(.invalidGraph, "expected two values, found \(context.input(2).shape.count)")
    }
    return try context.moving { context throws(PlanError) in
      let output: Shape = context.output(0).shape
      let axis: Int = output.normalized(axis: self.axis) ?? 0
      let size: Int = context.output(0).elementType.byteWidth
      let depth: Int = output[axis]
      let inner: Int = output.count((axis + 1)..<output.rank)
      let (count, indexCount) = (output.count, context.input(0).shape.count)
      let (indices, values, target) = (context.input(0).slot, context.input(2).slot, context.output(0).slot)
      return Step { run in
        let pattern = UnsafeRawPointer(run.slots[values])
        run.forRanges(of: count, grain: 1 << 16) { range, _ in
          fillElements(
            run.slots[target] + range.lowerBound &* size, pattern, count: range.count, size: size)
        }
        run.forRanges(of: indexCount, grain: 1 << 13) { range, _ in
          for entry in range {
            let index: Int = read(run.slots[indices], entry)
            let positive: Int = index < 0 ? index &+ depth : index
            guard positive >= 0, positive < depth else { continue }
            let (block, place) = (entry / inner, entry % inner)
            let position: Int = (block &* depth &+ positive) &* inner &+ place
            (run.slots[target] + position &* size).copyMemory(from: pattern + size, byteCount: size)
          }
        }
      }
    }
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    try context.movingStrings(self, inputs, data: [2])
  }
}
