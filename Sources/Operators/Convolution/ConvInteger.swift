package import Graphs
package import Tensors

/// `ConvInteger`: the convolution `(x - x_zero_point) * (w - w_zero_point)` of bytes in int32. Pads hold the
/// zero point. One to three spatial axes.
///
/// ONNX operator set: ConvInteger-10.
package struct ConvIntegerOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "ConvInteger", since: [10],
    inputs: [
      Parameter("x", [.int8, .uint8], variable: "T1"), Parameter("w", [.int8, .uint8], variable: "T2"),
      Parameter("x_zero_point", [.int8, .uint8], .optional, variable: "T1"),
      Parameter("w_zero_point", [.int8, .uint8], .optional, variable: "T2"),
    ],
    outputs: [Parameter("y", [.int32])],
    attributes: Window.attributeNames + ["group"])

  let geometry: ConvolutionGeometry

  package init(_ node: inout NodeReader) throws(GraphError) { geometry = try ConvolutionGeometry(node) }

  package var attributes: [Attribute] { geometry.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context, x: 0, weights: 1)
    context.setOutput(0, .int32, dimensions)
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard inputs.count > 1, let weights = inputs[1], let count = outputs.first??.count else { return 0 }
    return 2 &* count &* weights.count(1..<weights.rank)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let convolution = try ByteConvolution(
      &context, geometry, x: context.input(0), xZero: context.optionalInput(2), w: context.input(1),
      wZero: context.optionalInput(3))
    let ySlot: Int = context.output(0).slot
    let size: Int = convolution.features * convolution.positions
    return Step { run in
      var target: UnsafeMutablePointer<Int32> = run.output(ySlot)
      for image in 0..<convolution.batch {
        for group in 0..<convolution.groups {
          convolution.run(run, image: image, group: group, into: target)
          target += size
        }
      }
    }
  }
}
