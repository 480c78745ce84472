package import Graphs
internal import Tensors

/// `Col2Im`: an image [N, C, image...] from its blocks [N, C * block, L]: each block is added at its place;
/// the L blocks lie `strides` apart in the padded image, their elements `dilations` apart.
///
/// ONNX operator set: Col2Im-18. Refused: channels that the block does not divide, and another number of
/// blocks than fits the image.
package struct Col2ImOp: KernelOperator {
  package static let schema = OperatorSchema(
    "Col2Im", since: [18],
    inputs: [
      Parameter("input", TypeSet.numbers | [.bool], variable: "T"), Parameter("image_shape", [.int64]),
      Parameter("block_shape", [.int64]),
    ],
    outputs: [Parameter("output", TypeSet.numbers | [.bool], variable: "T")],
    attributes: ["dilations", "pads", "strides"])

  package let dilations: [Int]?
  package let pads: [Int]?
  package let strides: [Int]?

  package init(_ node: inout NodeReader) throws(GraphError) {
    dilations = try node.ints("dilations")
    pads = try node.ints("pads")
    strides = try node.ints("strides")
    let limit: Int = 1 << 31
    guard (dilations ?? []).allSatisfy({ $0 > 0 && $0 < limit }),
      (strides ?? []).allSatisfy({ $0 > 0 && $0 < limit }), (pads ?? []).allSatisfy({ $0 >= 0 && $0 < limit })
    else { throw node.error(.invalidAttribute, "strides and dilations must be positive, pads not negative") }
  }

  package var attributes: [Attribute] {
    var result: [Attribute] = []
    if let dilations { result.append(Attribute("dilations", dilations)) }
    if let pads { result.append(Attribute("pads", pads)) }
    if let strides { result.append(Attribute("strides", strides)) }
    return result
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let input = context.dimensions(0), let image = context.knownDimensions(1),
      let block = context.integers(2)
    else {
      let rank: Int? = (context.dimensions(1) ?? context.dimensions(2))?.first?.value
      context.setOutput(0, context.elementType(0), rank.map { context.freshDimensions($0 + 2) })
      return
    }
    guard input.count == 3, image.count == block.count, block.allSatisfy({ $0 > 0 }),
      [strides, dilations].allSatisfy({ $0?.count ?? image.count == image.count }),
      pads?.count ?? 2 * image.count == 2 * image.count
    else { throw context.error(.shapeMismatch, "image, block and attributes must have one rank") }
    let area: Int = block.reduce(1, &*)
    if let channels = input[1].value, area <= 0 || channels % area != 0 {
      throw context.error(.shapeMismatch, "\(channels) channels are no multiple of a block of \(area)")
    }
    let extents: [Int] = image.compactMap(\.value)
    if extents.count == image.count, let length = input[2].value {
      let blocks: [Int] = blockCounts(extents, block)
      guard extents.allSatisfy({ $0 >= 0 }), blocks.allSatisfy({ $0 >= 0 }), blocks.reduce(1, &*) == length
      else { throw context.error(.shapeMismatch, "\(length) blocks, the image takes \(blocks)") }
    }
    context.setOutput(
      0, context.elementType(0), [input[0], input[1].divided(by: Dimension(area))] + image)
  }

  /// How many blocks fit along each axis.
  private func blockCounts(_ image: [Int], _ block: [Int]) -> [Int] {
    image.indices.map { axis in
      let padded: Int = image[axis] &+ (pads?[axis] ?? 0) &+ (pads?[axis + image.count] ?? 0)
      let rest: Int = padded &- (dilations?[axis] ?? 1) &* (block[axis] - 1) &- 1
      return rest < 0 ? 0 : rest / (strides?[axis] ?? 1) + 1
    }
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let output: Shape = context.output(0).shape
    let image: [Int] = Array(output.extents[2...])
    let block: [Int] = try context.integers(ofInput: 2)
    let blocks: [Int] = blockCounts(image, block)
    // Where each element of a block lies for each block, -1 in the padding.
    let (area, count) = (block.reduce(1, &*), blocks.reduce(1, &*))
    let imageStrides: [Int] = Shape(image).strides
    var places: [Int] = []
    places.reserveCapacity(area &* count)
    for element in 0..<area {
      for index in 0..<count {
        var (inner, outer, place) = (element, index, 0)
        for axis in image.indices.reversed() {
          let position: Int =
            outer % blocks[axis] * (strides?[axis] ?? 1) - (pads?[axis] ?? 0)
            + inner % block[axis] * (dilations?[axis] ?? 1)
          (inner, outer) = (inner / block[axis], outer / blocks[axis])
          let isInside: Bool = position >= 0 && position < image[axis]
          place = isInside && place >= 0 ? place + position * imageStrides[axis] : -1
        }
        places.append(place)
      }
    }
    let adder = BlockAdder(
      source: context.input(0).slot, target: context.output(0).slot, planes: output[0] &* output[1],
      planeCount: Shape(image).count, places: places)
    guard let step = context.output(0).elementType.visit(adder) else {
      throw context.unsupported(context.output(0).elementType)
    }
    return step
  }
}

/// Adds the elements of each plane's blocks at their places.
private struct BlockAdder: ElementVisitor {
  let source: Int
  let target: Int
  let planes: Int
  let planeCount: Int
  let places: [Int]

  func visit<Element: ScalarElement>(_ type: Element.Type) -> Step {
    let adder = self
    return Step { run in
      let (places, size) = (adder.places, adder.planeCount)
      run.forRanges(of: adder.planes, grain: max(1, (1 << 14) / max(places.count, 1))) { range, _ in
        for plane in range {
          let out = run.output(adder.target, as: type) + plane &* size
          let input = run.input(adder.source, as: type) + plane &* places.count
          UnsafeMutableRawPointer(out).initializeMemory(
            as: UInt8.self, repeating: 0, count: size &* MemoryLayout<Element>.size)
          for index in 0..<places.count where places[index] >= 0 {
            out[places[index]] = Element.sum(out[places[index]], input[index])
          }
        }
      }
    }
  }
}
