package import Graphs
internal import KernelInterface
internal import Tensors

/// `Pow`: X to the power of Y, element by element, with broadcasting. The result has X's type; Y may have
/// another.
///
/// Operands of different types are computed in float32 where both are floats of at most 32 bits, in int64
/// where both are integers, else in float64. Integer powers wrap. A constant exponent of 2 or -1 is a
/// square or a reciprocal.
///
/// ONNX operator set: Pow-7 to 15.
package struct PowOp: KernelOperator, InPlaceOperator {
  package static let schema = OperatorSchema(
    "Pow", since: [7, 12, 13, 15],
    inputs: [Parameter("X", .floats | [.int32, .int64], variable: "T"), Parameter("Y", .numbers)],
    outputs: [Parameter("Z", .floats | [.int32, .int64], variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let base: PrepareContext.Operand = context.input(0)
    let element: KernelElement = try context.kernelElement(base)
    let exponent: KernelElement = try context.kernelElement(context.input(1))
    if let power = scalarExponent(context), element.isFloating, base.shape == context.output(0).shape {
      if power == 2 { return try unaryStep(&context, .square) }
      if power == -1 { return try unaryStep(&context, .reciprocal) }
    }
    let compute: KernelElement = computeType(element, exponent)
    guard let kernel = context.kernels.binary.kernel(.power, compute) else {
      throw context.unsupported(base.elementType)
    }
    return try BinaryStep(kernel: kernel, compute: compute, result: compute, grain: 1 << 12)
      .prepare(&context)
  }

  private func computeType(_ base: KernelElement, _ exponent: KernelElement) -> KernelElement {
    if base == exponent, base != .float16, base != .bfloat16 { return base }
    if !base.isFloating, !exponent.isFloating { return .int64 }
    let isSingle: Bool =
      base != .float64 && base.isFloating && exponent != .float64 && exponent.isFloating
    return isSingle ? .float32 : .float64
  }

  /// The exponent, where it is one constant number.
  private func scalarExponent(_ context: PrepareContext) -> Double? {
    guard let constant = context.input(1).constant, constant.count == 1,
      let convert = ElementConversion(constant.elementType, .float64)
    else { return nil }
    return convert.convert(constant, to: .float64).elements(Double.self).first
  }
}
