package import Graphs
package import KernelInterface
package import Tensors

/// An operator of two broadcast tensors of one type that is a `BinaryFunction` of their elements.
///
/// Integers wrap; float16 and bfloat16 are computed in float32 and rounded once.
package protocol BinaryFunctionOperator: KernelOperator, InPlaceOperator {
  init()
  static var function: BinaryFunction { get }
  /// What the function makes of two dimensions in a shape computation; nil where that is no dimension.
  static func combine(_ left: Dimension, _ right: Dimension) -> Dimension?
}

extension BinaryFunctionOperator {
  package init(_ node: inout NodeReader) throws(GraphError) { self.init() }
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0, 1] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, context.elementType(0) ?? context.elementType(1), dimensions)
    context.setKnown(0, DimensionArithmetic.combine(context) { Self.combine($0, $1) })
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try binaryFunction(Self.function, &context).prepare(&context)
  }
}

/// The step of a binary function over the type of input 0: in that type where it has a kernel, else in
/// float32.
func binaryFunction(_ function: BinaryFunction, _ context: inout PrepareContext) throws(PlanError)
  -> BinaryStep
{
  let element: KernelElement = try context.kernelElement(context.input(0))
  let compute: KernelElement =
    context.kernels.binary.kernel(function, element) != nil || !element.isFloating ? element : .float32
  guard let kernel = context.kernels.binary.kernel(function, compute) else {
    throw context.unsupported(context.input(0).elementType)
  }
  let isSlow: Bool = function == .power || function == .modulo || function == .remainder
  return BinaryStep(
    kernel: kernel, compute: compute, result: compute, grain: isSlow ? 1 << 12 : 1 << 15)
}
