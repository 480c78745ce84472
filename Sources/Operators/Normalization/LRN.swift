package import Graphs
internal import KernelInterface
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `LRN`, local response normalization across the channels of X [batch, channels, ...]:
///
///     y[c] = x[c] / (bias + alpha / size * sum of x[c - (size - 1) / 2 ... c + size / 2]^2)^beta
///
/// ONNX operator set: LRN-1 to 13. Source: Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep
/// Convolutional Neural Networks, 2012.
package struct LRNOp: KernelOperator {
  package static let schema = OperatorSchema(
    "LRN", since: [1, 13],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")],
    attributes: ["alpha", "beta", "bias", "size"])

  package let alpha: Float
  package let beta: Float
  package let bias: Float
  package let size: Int

  package init(_ node: inout NodeReader) throws(GraphError) {
    alpha = try node.float("alpha") ?? 1e-4
    beta = try node.float("beta") ?? 0.75
    bias = try node.float("bias") ?? 1
    size = try node.required("size", try node.int("size"))
    guard size >= 1, size <= 1 << 30 else {
      throw node.error(.invalidAttribute, "attribute 'size' must be from 1 to 2^30, found \(size)")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("alpha", alpha), Attribute("beta", beta), Attribute("bias", bias), Attribute("size", size),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard context.rank(0) ?? 2 >= 2 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 2, found \(context.rank(0) ?? 0)")
    }
    context.setOutput(0, context.elementType(0), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let division = AxisDivision(context.input(0).shape.extents, axis: 1)
      let (alpha, beta, bias, size): (Float, Float, Float, Int) = (alpha, beta, bias, size)
      switch context.input(0).elementType {
      case .float32:
        let kernel = context.kernels.normalization.localResponseF32
        return alongAxisStep(context, division, Float.self) { kernel($0, $1, $2, size, alpha, beta, bias) }
      case .float64:
        return alongAxisStep(context, division, Double.self) { self.localResponse($0, $1, $2) }
      default: throw context.unsupported(context.input(0).elementType)
      }
    }
  }

  private func localResponse(
    _ out: UnsafeMutablePointer<Double>, _ x: UnsafePointer<Double>, _ shape: AxisShape
  ) {
    let scale: Double = Double(alpha) / Double(size)
    for outer in 0..<shape.outer {
      for inner in 0..<shape.inner {
        let start: Int = outer &* shape.outerStride &+ inner
        for channel in 0..<shape.length {
          var squares: Double = 0
          for other in max(0, channel - (size - 1) / 2)...min(shape.length - 1, channel + size / 2) {
            let value: Double = x[start &+ other &* shape.lengthStride]
            squares += value * value
          }
          let place: Int = start &+ channel &* shape.lengthStride
          out[place] = x[place] / pow(Double(bias) + scale * squares, Double(beta))
        }
      }
    }
  }
}
