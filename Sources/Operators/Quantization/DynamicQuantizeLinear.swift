package import Graphs
internal import Tensors

/// `DynamicQuantizeLinear`: a float32 tensor as uint8, with the scale and zero point that its own range
/// (extended to contain 0) asks for:
///
///     scale = (max - min) / 255, or 1 / 255 where the range is empty
///     zero point = round(limit(-min / scale, 0, 255))
///     y = limit(round(x / scale) + zero point, 0, 255)
///
/// ONNX operator set: DynamicQuantizeLinear-11.
package struct DynamicQuantizeLinearOp: KernelOperator {
  package static let schema = OperatorSchema(
    "DynamicQuantizeLinear", since: [11], inputs: [Parameter("x", [.float32])],
    outputs: [
      Parameter("y", [.uint8]), Parameter("y_scale", [.float32]), Parameter("y_zero_point", [.uint8]),
    ])

  package init(_ node: inout NodeReader) throws(GraphError) {}
  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    context.setOutput(0, .uint8, context.dimensions(0))
    context.setOutput(1, .float32, [])
    context.setOutput(2, .uint8, [])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (source, count) = (context.input(0).slot, context.input(0).shape.count)
    let target: Int? = context.optionalOutput(0)?.slot
    let (scaleSlot, zeroSlot) = (context.optionalOutput(1)?.slot, context.optionalOutput(2)?.slot)
    let grain: Int = 1 << 15
    let rangeSlot: Int = context.temporary(max((count + grain - 1) / grain, 1) * 8)
    return Step { run in
      let x: UnsafePointer<Float> = run.input(source)
      let ranges: UnsafeMutablePointer<SIMD2<Float>> = run.output(rangeSlot)
      run.forRanges(of: count, grain: grain) { range, _ in
        ranges[range.lowerBound / grain] = Self.extremes(x + range.lowerBound, range.count)
      }
      var least: Float = 0
      var greatest: Float = 0
      for index in 0..<(count &+ grain &- 1) / grain {
        least = ranges[index].x < least ? ranges[index].x : least
        greatest = ranges[index].y > greatest ? ranges[index].y : greatest
      }
      var scale: Float = (least == greatest ? 1 : greatest - least) / 255
      let quotient: Float = -least / scale
      let limited: Float = quotient < 255 ? (quotient > 0 ? quotient : 0) : 255
      var zero = Int32(limited.rounded(.toNearestOrEven))
      if let scaleSlot { run.output(scaleSlot)[0] = scale }
      if let zeroSlot { run.output(zeroSlot)[0] = UInt8(truncatingIfNeeded: zero) }
      guard let target else { return }
      let y: UnsafeMutablePointer<UInt8> = run.output(target)
      withUnsafePointer(to: &scale) { scale in
        withUnsafePointer(to: &zero) { zero in
          run.forRanges(of: count, grain: grain) { range, _ in
            QuantizeByte.quantize(y + range.lowerBound, x + range.lowerBound, range.count, scale, zero, 0)
          }
        }
      }
    }
  }

  /// The least and the greatest of some elements and 0; NaN is passed over.
  private static func extremes(_ x: UnsafePointer<Float>, _ count: Int) -> SIMD2<Float> {
    var low = SIMD8<Float>(repeating: 0)
    var high = SIMD8<Float>(repeating: 0)
    var index: Int = 0
    while index &+ 8 <= count {
      let values = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self)
      low.replace(with: values, where: values .< low)
      high.replace(with: values, where: values .> high)
      index &+= 8
    }
    var result = SIMD2<Float>(low.min(), high.max())
    while index < count {
      if x[index] < result.x { result.x = x[index] }
      if x[index] > result.y { result.y = x[index] }
      index &+= 1
    }
    return result
  }
}
