package import Graphs
internal import KernelInterface
internal import Tensors

/// `BitwiseNot`: the complement of every bit of integers.
///
/// ONNX operator set: BitwiseNot-18.
package struct BitwiseNotOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema("BitwiseNot", since: [18], unary: .integers)

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (source, target) = (context.input(0).slot, context.output(0).slot)
    let count: Int = context.output(0).shape.count * context.output(0).elementType.byteWidth
    let kernel = context.kernels.unary.bitwiseNot
    return Step { run in
      let (from, to) = (run.slots[source], run.slots[target])
      run.forRanges(of: count, grain: 1 << 17) { range, _ in
        kernel(to + range.lowerBound, from + range.lowerBound, range.count)
      }
    }
  }
}
