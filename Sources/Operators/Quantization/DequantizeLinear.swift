package import Graphs
package import Tensors

/// `DequantizeLinear`: `(x - zero point) * scale`, in the scale's type or `output_dtype`.
///
/// The scale is one number, one for each position on `axis`, or one for each block of `block_size`
/// positions. Results are rounded once.
///
/// ONNX operator set: DequantizeLinear-10 to 28.
package struct DequantizeLinearOp: KernelOperator {
  private static let types: TypeSet =
    .float8 | [
      .int8, .uint8, .int16, .uint16, .int32, .int4, .uint4, .int2, .uint2, .float4E2M1, .float6E2M3,
      .float6E3M2,
    ]
  private static let results: TypeSet = [.float32, .float16, .bfloat16]
  package static let schema = OperatorSchema(
    "DequantizeLinear", since: [10, 13, 19, 21, 23, 24, 25, 28],
    inputs: [
      Parameter("x", types, variable: "T1"), Parameter("x_scale", results | [.float8E8M0]),
      Parameter("x_zero_point", types, .optional, variable: "T1"),
    ],
    outputs: [Parameter("y", results)], attributes: ["axis", "block_size", "output_dtype"])

  package let axis: Int
  package let blockSize: Int
  package let outputType: ElementType?

  package init(_ node: inout NodeReader) throws(GraphError) {
    axis = try node.int("axis") ?? 1
    blockSize = try node.int("block_size") ?? 0
    outputType = try node.int("output_dtype") ?? 0 == 0 ? nil : node.elementType("output_dtype")
    guard blockSize >= 0 else {
      throw node.error(.invalidAttribute, "attribute 'block_size' is negative: \(blockSize)")
    }
    if let outputType, !Self.results.contains(outputType) {
      throw node.error(.invalidAttribute, "nothing can be dequantized to \(outputType.name)")
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("axis", axis), Attribute("block_size", blockSize),
      Attribute("output_dtype", Int(outputType?.rawValue ?? 0)),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let scale: ElementType? = context.elementType(1)
    context.setOutput(0, outputType ?? (scale == .float8E8M0 ? .float32 : scale), context.dimensions(0))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let parameters = try QuantizationParameters(&context, axis: axis, blockSize: blockSize)
    let (input, output) = (context.input(0), context.output(0))
    if output.elementType == .float32, input.elementType == .uint8 {
      return byteStep(UInt8.self, parameters, input, output)
    }
    if output.elementType == .float32, input.elementType == .int8 {
      return byteStep(Int8.self, parameters, input, output)
    }
    guard let source = ElementCodec(input.elementType), let target = ElementCodec(output.elementType) else {
      throw context.unsupported(input.elementType)
    }
    return step(parameters, source, target, input.slot, output.slot, input.shape.count)
  }

  private func byteStep<Byte: FixedWidthInteger & SendableMetatype>(
    _ type: Byte.Type, _ parameters: QuantizationParameters, _ input: PrepareContext.Operand,
    _ output: PrepareContext.Operand
  ) -> Step {
    let (source, target, count) = (input.slot, output.slot, input.shape.count)
    return Step { run in
      let (scales, zeroPoints) = parameters.singles(run)
      let x: UnsafePointer<Byte> = run.input(source)
      let y: UnsafeMutablePointer<Float> = run.output(target)
      run.forRanges(of: count, grain: 1 << 15) { range, _ in
        parameters.layout.forRuns(range) { start, length, scale, step in
          QuantizeByte.dequantize(y + start, x + start, length, scales + scale, zeroPoints + scale, step)
        }
      }
    }
  }

  /// Every other combination, in float64, block by block.
  private func step(
    _ parameters: QuantizationParameters, _ source: ElementCodec, _ target: ElementCodec, _ input: Int,
    _ output: Int, _ count: Int
  ) -> Step {
    Step { run in
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
                values[position] = (values[position] - zeroPoints[number]) * scales[number]
              }
            }
            target.writeDoubles(to, start, end &- start, values)
            start = end
          }
        }
      }
    }
  }
}
