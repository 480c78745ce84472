package import Graphs
package import KernelInterface
package import Tensors

/// An operator that compares two broadcast tensors of one type, element by element, with a `bool` for an
/// answer. Comparisons with NaN are false.
package protocol ComparisonOperator: KernelOperator {
  init()
  static var comparison: Comparison { get }
  /// The answer for two dimensions in a shape computation; nil where it depends on symbols.
  static func compare(_ left: Dimension, _ right: Dimension) -> Bool?
}

extension ComparisonOperator {
  package init(_ node: inout NodeReader) throws(GraphError) { self.init() }
  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, .bool, dimensions)
    context.setKnown(0, DimensionArithmetic.compare(context) { Self.compare($0, $1) })
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let element: KernelElement = try context.kernelElement(context.input(0))
    let hasKernel: Bool = context.kernels.binary.comparison(Self.comparison, element) != nil
    let compute: KernelElement = hasKernel ? element : .float32
    guard let kernel = context.kernels.binary.comparison(Self.comparison, compute) else {
      throw context.unsupported(context.input(0).elementType)
    }
    return try BinaryStep(kernel: kernel, compute: compute, result: .bool).prepare(&context)
  }
}

/// An operator that combines the bits of two broadcast tensors of one type: of integers, or of `bool`,
/// whose bits are 0 and 1.
package protocol BitwiseOperator: KernelOperator, InPlaceOperator {
  init()
  static var function: BitwiseFunction { get }
}

extension BitwiseOperator {
  package init(_ node: inout NodeReader) throws(GraphError) { self.init() }
  package var attributes: [Attribute] { [] }
  package var inPlaceInputs: [Int] { [0, 1] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try context.broadcast([context.dimensions(0), context.dimensions(1)])
    context.setOutput(0, context.elementType(0) ?? context.elementType(1), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let element: KernelElement = try context.kernelElement(context.input(0))
    guard let kernel = context.kernels.binary.bitwise(Self.function, element) else {
      throw context.unsupported(context.input(0).elementType)
    }
    return try BinaryStep(kernel: kernel, compute: element, result: element).prepare(&context)
  }
}
