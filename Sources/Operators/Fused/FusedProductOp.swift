package import Graphs
internal import KernelInterface
package import Tensors

/// A product with what comes before and after it in the same pass over memory:
///
///     Y = activation(product(max(scale A + shift, floor), B) + bias + residual)
///
/// Inputs are those of the product, of which the third is the bias, the residual, which has the type and
/// shape of Y, and for channels-last convolutions scale and shift. No file holds this operator: it is made on
/// the way to a plan.
package struct FusedProductOp<Product: ProductOperator>: FusedProduct {
  package static var schema: OperatorSchema {
    let product: OperatorSchema = Product.schema
    let types: TypeSet = .floats
    return OperatorSchema(
      "Fused\(product.name)", domain: "ngraph", since: [1],
      inputs: product.inputs.prefix(2) + [
        Parameter("bias", types, .optional, variable: "T"),
        Parameter("residual", types, .optional, variable: "T"),
        Parameter("scale", types, .optional, variable: "T"),
        Parameter("shift", types, .optional, variable: "T"),
      ],
      outputs: product.outputs, attributes: product.attributes + ["activation", "parameters", "floor"])
  }

  package let product: Product
  package let prologue: FusedPrologue
  package let ending: FusedEnding

  package init(product: Product, prologue: FusedPrologue = FusedPrologue(), ending: FusedEnding) {
    self.product = product
    self.prologue = prologue
    self.ending = ending
  }

  package init(_ node: inout NodeReader) throws(GraphError) {
    throw node.error(.unsupportedOperator, "the operator can't be imported")
  }

  package var plain: any ProductOperator { product }

  package var attributes: [Attribute] {
    var result: [Attribute] = product.attributes
    if ending.activation != .none {
      result.append(Attribute("activation", "\(ending.activation)"))
      result.append(Attribute("parameters", [Float(ending.parameter0), Float(ending.parameter1)]))
    }
    if let floor = prologue.floor { result.append(Attribute("floor", Float(floor))) }
    return result
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    try product.infer(&context)
    guard let residual = context.type(3)?.shape, let own = context.outputs[0].type?.shape, residual != own
    else { return }
    throw context.error(.shapeMismatch, "the residual must be \(own), found \(residual)")
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    product.flops(inputs: inputs, outputs: outputs)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      var ending = ProductEnding()
      ending.residual = context.optionalInput(3)
      ending.activation = self.ending.activation
      ending.parameter0 = self.ending.parameter0
      ending.parameter1 = self.ending.parameter1
      ending.inputScale = context.optionalInput(4)
      ending.inputShift = context.optionalInput(5)
      ending.inputFloor = prologue.floor
      return try product.prepare(&context, ending: ending)
    }
  }
}

/// A fused convolution reads its image and its residual, and writes, where rows are apart.
extension FusedProductOp: StridedOperator {
  package func readsStrided(_ index: Int) -> Bool {
    (product as? any StridedOperator)?.readsStrided(index) ?? false
  }
  package var writesStrided: Bool { (product as? any StridedOperator)?.writesStrided ?? false }
}
