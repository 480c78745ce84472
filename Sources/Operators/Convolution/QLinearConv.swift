package import Graphs
package import Tensors

/// `QLinearConv`: the convolution of quantized tensors, with a bias in int32, quantized again:
///
///     y = saturate(round((sum (x - x_zero) (w - w_zero) + B) * x_scale * w_scale / y_scale) + y_zero)
///
/// Scale and zero point of w are one or one for each feature. One to three spatial axes.
///
/// ONNX operator set: QLinearConv-10.
package struct QLinearConvOp: KernelOperator, CostedOperator {
  package static let schema = OperatorSchema(
    "QLinearConv", since: [10],
    inputs: [
      Parameter("x", [.int8, .uint8], variable: "T1"), Parameter("x_scale", [.float32]),
      Parameter("x_zero_point", [.int8, .uint8], variable: "T1"),
      Parameter("w", [.int8, .uint8], variable: "T2"), Parameter("w_scale", [.float32]),
      Parameter("w_zero_point", [.int8, .uint8], variable: "T2"), Parameter("y_scale", [.float32]),
      Parameter("y_zero_point", [.int8, .uint8], variable: "T3"), Parameter("B", [.int32], .optional),
    ],
    outputs: [Parameter("y", [.int8, .uint8], variable: "T3")],
    attributes: Window.attributeNames + ["group"])

  let geometry: ConvolutionGeometry

  package init(_ node: inout NodeReader) throws(GraphError) { geometry = try ConvolutionGeometry(node) }

  package var attributes: [Attribute] { geometry.attributes }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let dimensions: [Dimension]? = try geometry.outputDimensions(&context, x: 0, weights: 3)
    context.setOutput(0, context.elementType(7), dimensions)
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard inputs.count > 3, let weights = inputs[3], let count = outputs.first??.count else { return 0 }
    return 2 &* count &* weights.count(1..<weights.rank)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let features: Int = context.input(3).shape[0]
    guard [1, features].contains(context.input(4).shape.count), context.input(1).shape.count == 1,
      context.input(6).shape.count == 1, context.input(7).shape.count == 1,
      context.optionalInput(8)?.shape.count ?? features == features
    else {
      throw context.error(.invalidGraph, "the scales, zero points or bias don't match \(features) features")
    }
    let convolution = try ByteConvolution(
      &context, geometry, x: context.input(0), xZero: context.input(2), w: context.input(3),
      wZero: context.input(5))
    let positions: Int = convolution.positions
    let sums: Int = context.temporary(features * positions * 4)
    let requantize = Requantization(
      &context, rows: features, columns: positions, rowScale: context.input(4),
      columnScale: context.input(1), outputScale: context.input(6), zero: context.input(7))
    let (ySlot, biasSlot): (Int, Int?) = (context.output(0).slot, context.optionalInput(8)?.slot)
    return Step { run in
      let target: UnsafeMutablePointer<Int32> = run.output(sums)
      for image in 0..<convolution.batch {
        for group in 0..<convolution.groups {
          convolution.run(
            run, image: image, group: group, into: target + group &* convolution.features &* positions)
        }
        requantize.apply(
          run, sums: target, y: run.slots[ySlot] + image &* features &* positions,
          bias: biasSlot.map { run.input($0) })
      }
    }
  }
}
