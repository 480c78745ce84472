package import Graphs
package import Tensors

/// `QuantizeLinear`: `round(x / scale) + zero point`, limited to the range of the result's type, rounding
/// ties to even; for floats of at most 8 bits the quotient rounded to that format.
///
/// The scale is one number, one for each position on `axis`, or one for each block of `block_size`
/// positions. The quotient is rounded to `precision`, or to the scale's type, first. The result's type is
/// that of the zero point, or `output_dtype`, or uint8.
///
/// ONNX operator set: QuantizeLinear-10 to 28.
package struct QuantizeLinearOp: KernelOperator {
  private static let results: TypeSet =
    .float8 | [
      .int8, .uint8, .int16, .uint16, .int4, .uint4, .int2, .uint2, .float4E2M1, .float6E2M3, .float6E3M2,
    ]
  package static let schema = OperatorSchema(
    "QuantizeLinear", since: [10, 13, 19, 21, 23, 24, 25, 28],
    inputs: [
      Parameter("x", [.float32, .float16, .bfloat16, .int32]),
      Parameter("y_scale", [.float32, .float16, .bfloat16, .int32, .float8E8M0]),
      Parameter("y_zero_point", results, .optional, variable: "T3"),
    ],
    outputs: [Parameter("y", results, variable: "T3")],
    attributes: ["axis", "block_size", "output_dtype", "precision", "saturate"])

  package let axis: Int
  package let blockSize: Int
  package let saturate: Bool
  package let outputType: ElementType?
  package let precision: ElementType?

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 1
    blockSize = try node.int("block_size") ?? 0
    saturate = try node.flag("saturate") ?? true
    outputType = try node.int("output_dtype") ?? 0 == 0 ? nil : node.elementType("output_dtype")
    precision = try node.int("precision") ?? 0 == 0 ? nil : node.elementType("precision")
    guard blockSize >= 0 else {
      throw node.error(.invalidAttribute, "attribute 'block_size' is negative: \(blockSize)")
    }
    if let outputType, !Self.results.contains(outputType) {
      throw node.error(.invalidAttribute, "nothing can be quantized to \(outputType.name)")
    }
    if let precision, !TypeSet.floats.contains(precision) {
      throw node.error(.invalidAttribute, "attribute 'precision' can't be \(precision.name)")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("axis", axis), Attribute("block_size", blockSize), Attribute("saturate", saturate),
      Attribute("output_dtype", Int(outputType?.rawValue ?? 0)),
      Attribute("precision", Int(precision?.rawValue ?? 0)),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let outputType, let zeroPoint = context.elementType(2), zeroPoint != outputType {
      throw context.error(
        .typeMismatch, "the zero point is \(zeroPoint.name), the output \(outputType.name): they must agree")
    }
    let given: ElementType? = context.elementType(2) ?? outputType
    if given == nil, context.hasInput(2) { return }
    context.setOutput(0, given ?? .uint8, context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let parameters = try QuantizationParameters(&context, axis: axis, blockSize: blockSize)
    let (input, scale, output) = (context.input(0), context.input(1), context.output(0))
    let isSingle: Bool =
      input.elementType == .float32 && (precision ?? scale.elementType) == .float32
    if isSingle, output.elementType == .uint8 { return byteStep(UInt8.self, parameters, input, output) }
    if isSingle, output.elementType == .int8 { return byteStep(Int8.self, parameters, input, output) }
    let options = ElementCodec.Options(saturate: saturate)
    guard let source = ElementCodec(input.elementType),
      let target = ElementCodec(output.elementType, options)
    else { throw context.unsupported(input.elementType) }
    let quotientType: ElementType = precision ?? scale.elementType
    return step(parameters, source, target, quotientType, input.slot, output.slot, input.shape.count)
  }

  private func byteStep<Byte: FixedWidthInteger & SendableMetatype>(
    _ type: Byte.Type, _ parameters: QuantizationParameters, _ input: PrepareContext.Operand,
    _ output: PrepareContext.Operand
  ) -> Step {
    let (source, target, count) = (input.slot, output.slot, input.shape.count)
    return Step { run in
      let (scales, zeroPoints) = parameters.singles(run)
      let x: UnsafePointer<Float> = run.input(source)
      let y: UnsafeMutablePointer<Byte> = run.output(target)
      run.forRanges(of: count, grain: 1 << 14) { range, _ in
        parameters.layout.forRuns(range) { start, length, scale, step in
          QuantizeByte.quantize(y + start, x + start, length, scales + scale, zeroPoints + scale, step)
        }
      }
    }
  }

  /// Every other combination, in float64 with the quotient rounded to `quotientType`, block by block.
  private func step(
    _ parameters: QuantizationParameters, _ source: ElementCodec, _ target: ElementCodec,
    _ quotientType: ElementType, _ input: Int, _ output: Int, _ count: Int
  ) -> Step {
    let range: ClosedRange<Double>? = target.type.integerRange
    let addsZero: Bool = target.type.bitWidth < 8 || target.type == .float6E2M3 || target.type == .float6E3M2
    return Step { run in
      let (scales, zeroPoints) = parameters.doubles(run)
      let (from, to) = (UnsafeRawPointer(run.slots[input]), run.slots[output])
      run.forRanges(of: count, grain: 1 << 12) { elements, _ in
        withUnsafeTemporaryAllocation(of: Double.self, capacity: ElementConversion.block) { buffer in
          guard let values = buffer.baseAddress else { return }
          var start: Int = elements.lowerBound
          while start < elements.upperBound {
            let end: Int = min(start &+ ElementConversion.block, elements.upperBound)
            source.readDoubles(from, start, end &- start, values)
            parameters.layout.forRuns(start..<end) { first, length, scale, step in
              for index in 0..<length {
                let position: Int = first &- start &+ index
                let number: Int = scale &+ index &* step
                let quotient: Double = Self.round(values[position] / scales[number], to: quotientType)
                if let range {
                  let whole: Double = quotient.rounded(.toNearestOrEven) + zeroPoints[number]
                  let low: Double = whole > range.lowerBound ? whole : range.lowerBound
                  values[position] = low < range.upperBound ? low : range.upperBound
                } else {
                  values[position] = addsZero ? quotient + zeroPoints[number] : quotient
                }
              }
            }
            target.writeDoubles(to, start, end &- start, values)
            start = end
          }
        }
      }
    }
  }

  @inline(__always)
  private static func round(_ value: Double, to type: ElementType) -> Double {
    switch type {
    case .float16: Double(Half(value).float)
    case .bfloat16: Double(BFloat16(Float(roundingToOdd: value)).float)
    case .float64, .int32: value
    default: Double(Float(value))
    }
  }
}

extension ElementType {
  /// The least and the greatest value of integers of at most 16 bits.
  var integerRange: ClosedRange<Double>? {
    guard isInteger, bitWidth <= 16 else { return nil }
    if isSignedInteger { return -Double(1 << (bitWidth - 1))...Double(1 << (bitWidth - 1)) - 1 }
    return 0...Double(1 << bitWidth) - 1
  }
}
