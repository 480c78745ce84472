internal import Graphs
internal import Tensors

/// The scale and the zero point of a node, inputs 1 and 2, decoded at the start of a run into temporaries.
struct QuantizationParameters: Sendable {
  let layout: QuantizationLayout
  private let count: Int
  private let scale: Source
  private let zeroPoint: Source?
  private let scaleSlot: Int
  private let zeroPointSlot: Int

  private struct Source: Sendable {
    let slot: Int
    let codec: ElementCodec
  }

  init(_ context: inout PrepareContext, axis: Int, blockSize: Int) throws(PlanError) {
    let (input, scale) = (context.input(0), context.input(1))
    switch QuantizationLayout.make(input.shape, scale: scale.shape, axis: axis, blockSize: blockSize) {
    case .success(let layout): self.layout = layout
    case .failure(let mismatch): throw context.error(.invalidSignature, mismatch.message)
    }
    guard let codec = ElementCodec(scale.elementType) else { throw context.unsupported(scale.elementType) }
    self.scale = Source(slot: scale.slot, codec: codec)
    count = scale.shape.count
    if let zeroPoint = context.optionalInput(2) {
      guard zeroPoint.shape.count == count else {
        throw context.error(
          .invalidSignature,
          "the zero point must have the scale's shape \(scale.shape), found \(zeroPoint.shape)")
      }
      guard let codec = ElementCodec(zeroPoint.elementType) else {
        throw context.unsupported(zeroPoint.elementType)
      }
      self.zeroPoint = Source(slot: zeroPoint.slot, codec: codec)
    } else {
      zeroPoint = nil
    }
    scaleSlot = context.temporary(count * 8)
    zeroPointSlot = context.temporary(count * 8)
  }

  /// Scales and zero points as doubles.
  func doubles(_ run: RunContext) -> (scales: UnsafePointer<Double>, zeroPoints: UnsafePointer<Double>) {
    let scales: UnsafeMutablePointer<Double> = run.output(scaleSlot)
    scale.codec.readDoubles(UnsafeRawPointer(run.slots[scale.slot]), 0, count, scales)
    let zeroPoints: UnsafeMutablePointer<Double> = run.output(zeroPointSlot)
    if let zeroPoint {
      zeroPoint.codec.readDoubles(UnsafeRawPointer(run.slots[zeroPoint.slot]), 0, count, zeroPoints)
    } else {
      zeroPoints.update(repeating: 0, count: count)
    }
    return (UnsafePointer(scales), UnsafePointer(zeroPoints))
  }

  /// Scales as floats and zero points as integers, for 8-bit types.
  func singles(_ run: RunContext) -> (scales: UnsafePointer<Float>, zeroPoints: UnsafePointer<Int32>) {
    _ = doubles(run)
    let (scales, zeroPoints) = (run.slots[scaleSlot], run.slots[zeroPointSlot])
    // In place, front to back: each narrow element is written where a wide one was read already.
    for index in 0..<count {
      let scale = Float(scales.load(fromByteOffset: index &* 8, as: Double.self))
      let zero: Int32 = ElementCodec.clamped(zeroPoints.load(fromByteOffset: index &* 8, as: Double.self))
      scales.storeBytes(of: scale, toByteOffset: index &* 4, as: Float.self)
      zeroPoints.storeBytes(of: zero, toByteOffset: index &* 4, as: Int32.self)
    }
    return (run.input(scaleSlot), run.input(zeroPointSlot))
  }
}
