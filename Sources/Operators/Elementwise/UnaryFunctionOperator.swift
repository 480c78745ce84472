package import Graphs
package import KernelInterface
internal import Tensors

/// An operator of one tensor that is a `UnaryFunction` of every element, with a result of the same type.
///
/// float16 and bfloat16 are computed in float32, and integers that a function has no kernel for in float64;
/// results are rounded once.
package protocol UnaryFunctionOperator: KernelOperator, InPlaceOperator {
  var function: UnaryFunction { get }
  /// The function's parameters.
  var alpha: Double { get }
  var beta: Double { get }
}

extension UnaryFunctionOperator {
  package var inPlaceInputs: [Int] { [0] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try unaryStep(&context, function, alpha: alpha, beta: beta)
  }
}

/// A function of one tensor without parameters.
package protocol PlainUnaryOperator: UnaryFunctionOperator {
  init()
}

extension PlainUnaryOperator {
  package init(_ node: inout NodeReader) throws(GraphError) { self.init() }
  package var attributes: [Attribute] { [] }
  package var alpha: Double { 0 }
  package var beta: Double { 0 }
}

/// A step that applies `function` to every element of input 0.
func unaryStep(
  _ context: inout PrepareContext, _ function: UnaryFunction, alpha: Double = 0, beta: Double = 0
) throws(PlanError) -> Step {
  let element: KernelElement = try context.kernelElement(context.input(0))
  let compute: KernelElement
  if context.kernels.unary.kernel(function, element) != nil {
    compute = element
  } else {
    compute = element.isFloating ? .float32 : .float64
  }
  guard let kernel = context.kernels.unary.kernel(function, compute) else {
    throw context.unsupported(context.input(0).elementType)
  }
  return try UnaryStep(kernel: kernel, compute: compute, result: compute, alpha: alpha, beta: beta)
    .prepare(&context)
}

extension OperatorSchema {
  /// The schema of an operator of one tensor with a result of the same type.
  init(
    _ name: String, since sinceVersions: [Int], unary types: TypeSet, input: String = "X",
    output: String = "Y", attributes: [String] = []
  ) {
    self.init(
      name, since: sinceVersions, inputs: [Parameter(input, types, variable: "T")],
      outputs: [Parameter(output, types, variable: "T")], attributes: attributes)
  }

  /// The schema of an operator of two broadcast tensors of one type; the result has type `result`, or the
  /// operands' if nil.
  init(
    _ name: String, since sinceVersions: [Int], binary types: TypeSet, result: TypeSet? = nil,
    attributes: [String] = []
  ) {
    self.init(
      name, since: sinceVersions,
      inputs: [Parameter("A", types, variable: "T"), Parameter("B", types, variable: "T")],
      outputs: [Parameter("C", result ?? types, variable: result == nil ? "T" : "T1")],
      attributes: attributes)
  }
}
