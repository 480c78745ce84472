package import Graphs
internal import KernelInterface
internal import Tensors

/// `BitShift`: X shifted by Y bits, element by element, with broadcasting. The right shift of a signed type
/// repeats the sign. A shift by a negative number, or by all bits of the type or more, leaves nothing but
/// the sign's fill: -1 for a right shift of a negative number, else 0.
///
/// ONNX operator set: BitShift-11 to 28.
package struct BitShiftOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "BitShift", since: [11, 28],
    inputs: [Parameter("X", .integers, variable: "T"), Parameter("Y", .integers, variable: "T")],
    outputs: [Parameter("Z", .integers, variable: "T")], attributes: ["direction"])

  package let isLeft: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    let direction: String = try node.required("direction", node.string("direction"))
    guard direction == "LEFT" || direction == "RIGHT" else {
      throw node.error(
        .invalidAttribute, "attribute 'direction' must be \"LEFT\" or \"RIGHT\", found \"\(direction)\"")
    }
    isLeft = direction == "LEFT"
  }

  package var attributes: [Attribute] { [Attribute("direction", isLeft ? "LEFT" : "RIGHT")] }
  package var inPlaceInputs: [Int] { [0, 1] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, context.elementType(0) ?? context.elementType(1), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let element: KernelElement = try context.kernelElement(context.input(0))
    let kernel: BinaryKernel
    switch context.input(0).elementType {
    case .int8: kernel = signedShift(Int8.self)
    case .int16: kernel = signedShift(Int16.self)
    case .int32: kernel = signedShift(Int32.self)
    case .int64: kernel = signedShift(Int64.self)
    default:
      guard let unsigned = context.kernels.binary.bitwise(isLeft ? .shiftLeft : .shiftRight, element) else {
        throw context.unsupported(context.input(0).elementType)
      }
      kernel = unsigned
    }
    return try BinaryStep(kernel: kernel, compute: element, result: element).prepare(&context)
  }

  private func signedShift<Integer: FixedWidthInteger & SignedInteger & BitwiseCopyable & SendableMetatype>(
    _ type: Integer.Type
  ) -> BinaryKernel {
    let isLeft: Bool = self.isLeft
    return { out, left, right, tile in
      let target = out.assumingMemoryBound(to: Integer.self)
      let values = left.assumingMemoryBound(to: Integer.self)
      let amounts = right.assumingMemoryBound(to: Integer.self)
      for row in 0..<tile.rows {
        for column in 0..<tile.columns {
          let value: Integer = values[row &* tile.leftRowStride &+ column &* tile.leftStep]
          let amount: Integer = amounts[row &* tile.rightRowStride &+ column &* tile.rightStep]
          let isInside: Bool = amount >= 0 && amount < Integer.bitWidth
          let fill: Integer = !isLeft && value < 0 ? -1 : 0
          let shifted: Integer = isLeft ? value &<< amount : value &>> amount
          target[row &* tile.outRowStride &+ column] = isInside ? shifted : fill
        }
      }
    }
  }
}
