import Graphs
import Operators
import Tensors
import TestSupport

/// Steps that move, pool or bound the elements of an image, and layers with weights of codes.
extension RandomGraph {
  mutating func moveStep(_ x: ValueID, _ shape: [Int]) throws {
    switch pick(14) {
    case 0, 1: try reduce(x, shape)
    case 2, 3: try pad(x, shape)
    case 4: try split(x, shape)
    case 5: try slice(x, shape)
    case 6: try gather(x, shape)
    case 7 where shape[2] * shape[3] <= 36: try resize(x, shape)
    case 8: try clip(x, shape)
    case 9: try rearrange(x, shape)
    case 10 where shape[2] * shape[3] <= 36:
      let y: ValueID = try script.add(TileOp.self, [], x, script.integers([1, 1, 1, 2]))
      images.append((y, [batch, shape[1], shape[2], 2 * shape[3]]))
    case 11: try bend(x, shape)
    default: try convolveCodes(x, shape)
    }
  }

  private mutating func reduce(_ x: ValueID, _ shape: [Int]) throws {
    let type: any OperatorDefinition.Type = [
      ReduceMeanOp.self, ReduceMeanOp.self, ReduceMaxOp.self, ReduceSumOp.self,
    ][pick(4)]
    if pick(3) == 0 {
      let y: ValueID = try script.add(
        type, [Attribute("keepdims", false)], x, script.integers([[2, 3], [-1, -2]][pick(2)]))
      rows.append((y, shape[1]))
      return
    }
    let axes: [Int] = [[2], [3], [2, 3]][pick(3)]
    var result: [Int] = shape
    for axis in axes { result[axis] = 1 }
    images.append((try script.add(type, [], x, script.integers(axes)), result))
  }

  private mutating func pad(_ x: ValueID, _ shape: [Int]) throws {
    guard shape[2] > 1, shape[3] > 1, shape[2] * shape[3] <= 64 else { return }
    let mode: String = ["constant", "constant", "edge", "reflect"][pick(4)]
    let pads: [Int] = [0, 0, pick(2), pick(2), 0, 0, pick(2), mode == "constant" ? pick(3) - 1 : pick(2)]
    let value: ValueID? = mode == "constant" && pick(2) == 0 ? script.constant([]) : nil
    let y: ValueID = try script.add(PadOp.self, [Attribute("mode", mode)], x, script.integers(pads), value)
    images.append((y, [batch, shape[1], shape[2] + pads[2] + pads[6], shape[3] + pads[3] + pads[7]]))
  }

  private mutating func split(_ x: ValueID, _ shape: [Int]) throws {
    guard shape[1] >= 2 else { return }
    let first: Int = 1 + pick(shape[1] - 1)
    let parts: [ValueID] = try script.add(
      SplitOp.self, [Attribute("axis", 1)], inputs: [x, script.integers([first, shape[1] - first])],
      outputCount: 2)
    images.append((parts[0], [batch, first, shape[2], shape[3]]))
    images.append((parts[1], [batch, shape[1] - first, shape[2], shape[3]]))
  }

  private mutating func slice(_ x: ValueID, _ shape: [Int]) throws {
    let axis: Int = 1 + pick(3)
    let start: Int = pick(shape[axis])
    let isReversed: Bool = pick(3) == 0
    let y: ValueID = try script.add(
      SliceOp.self, [], x, script.integers([start]), script.integers([isReversed ? -100 : 100]),
      script.integers([pick(2) == 0 ? axis : axis - 4]), script.integers([isReversed ? -1 : 1]))
    var result: [Int] = shape
    result[axis] = isReversed ? start + 1 : shape[axis] - start
    images.append((y, result))
  }

  private mutating func gather(_ x: ValueID, _ shape: [Int]) throws {
    let axis: Int = 1 + pick(3)
    let indices: [Int] = (0..<1 + pick(4)).map { _ in pick(2 * shape[axis]) - shape[axis] }
    let y: ValueID = try script.add(GatherOp.self, [Attribute("axis", axis)], x, script.integers(indices))
    var result: [Int] = shape
    result[axis] = indices.count
    images.append((y, result))
  }

  private mutating func resize(_ x: ValueID, _ shape: [Int]) throws {
    let mode: String = ["nearest", "linear"][pick(2)]
    let scales: ValueID = script.constant(Tensor([Float(1), 1, 2, pick(2) == 0 ? 1 : 1.5]))
    let y: ValueID = try script.add(ResizeOp.self, [Attribute("mode", mode)], x, nil, scales)
    guard let height = script.extent(of: y, axis: 2), let width = script.extent(of: y, axis: 3) else {
      return
    }
    images.append((y, [batch, shape[1], height, width]))
  }

  private mutating func clip(_ x: ValueID, _ shape: [Int]) throws {
    let low: ValueID? = pick(3) == 0 ? nil : script.constant([pick(2) == 0 ? 0 : -0.5], [])
    let high: ValueID? = low == nil || pick(2) == 0 ? script.constant([1.5], []) : nil
    images.append((try script.add(ClipOp.self, [], x, low, high), shape))
  }

  private mutating func rearrange(_ x: ValueID, _ shape: [Int]) throws {
    let mode: Attribute = Attribute("mode", ["DCR", "CRD"][pick(2)])
    if shape[1] % 4 == 0, shape[2] * shape[3] <= 36 {
      let y: ValueID = try script.add(DepthToSpaceOp.self, [Attribute("blocksize", 2), mode], x)
      images.append((y, [batch, shape[1] / 4, 2 * shape[2], 2 * shape[3]]))
    } else if shape[2] % 2 == 0, shape[3] % 2 == 0, shape[1] <= 4 {
      let y: ValueID = try script.add(SpaceToDepthOp.self, [Attribute("blocksize", 2), mode], x)
      images.append((y, [batch, 4 * shape[1], shape[2] / 2, shape[3] / 2]))
    }
  }

  private mutating func bend(_ x: ValueID, _ shape: [Int]) throws {
    switch pick(3) {
    case 0: images.append((try script.add(NegOp.self, [], x), shape))
    case 1:
      let y: ValueID = try script.add(PReluOp.self, [], x, script.constant([shape[1], 1, 1]))
      images.append((y, shape))
    default:
      let y: ValueID = try script.add(GlobalMaxPoolOp.self, [], x)
      images.append((y, [batch, shape[1], 1, 1]))
    }
  }

  /// A convolution whose weights are codes with one scale, or one for each feature; in types that codes don't
  /// become, the same numbers.
  private mutating func convolveCodes(_ x: ValueID, _ shape: [Int]) throws {
    let features: Int = 1 + pick(4)
    let kernel: Int = shape[2] >= 2 && shape[3] >= 2 ? 1 + pick(2) : 1
    let filter: Shape = [features, shape[1], kernel, kernel]
    let codes: [Int] = (0..<filter.count).map { _ in pick(pick(8) == 0 ? 256 : 255) - 127 }
      .map { $0 == 128 ? -128 : $0 }
    let zero: Int = pick(3) == 0 ? pick(9) - 4 : 0
    let isPerFeature: Bool = pick(2) == 0
    let scales: [Double] = (0..<(isPerFeature ? features : 1)).map { _ in Double(1 + pick(64)) / 8192 }
    let weights: ValueID
    if script.elementType == .float32 {
      let scaleShape: Shape = isPerFeature ? [features] : []
      let zeros = Tensor(codes: scales.map { _ in zero }, .int8, scaleShape)
      weights = try script.add(
        DequantizeLinearOp.self, [Attribute("axis", 0)], script.constant(Tensor(codes: codes, .int8, filter)),
        script.constant(scales, scaleShape), zero == 0 && pick(2) == 0 ? nil : script.constant(zeros))
    } else {
      if zero == 0 { _ = pick(2) }
      let step: Int = filter.count / features
      weights = script.constant(
        codes.indices.map { Double(codes[$0] - zero) * scales[isPerFeature ? $0 / step : 0] }, filter)
    }
    let y: ValueID = try script.add(
      ConvOp.self, [], x, weights, pick(2) == 0 ? script.constant([features]) : nil)
    images.append((y, [batch, features, shape[2] - kernel + 1, shape[3] - kernel + 1]))
  }
}
