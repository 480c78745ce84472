internal import Graphs
internal import KernelInterface
internal import Tensors

/// The sliding window of convolutions and poolings: `kernel_shape`, `strides`, `dilations`, `pads`,
/// `auto_pad` and `ceil_mode`, and how many positions it takes along each spatial axis.
///
/// Refuses extents and steps below 1, negative pads, and anything above 2^30.
struct Window: Sendable {
  enum AutoPad: String, Sendable {
    case none = "NOTSET"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
    case valid = "VALID"
  }

  var kernel: [Int]?
  var strides: [Int]?
  var dilations: [Int]?
  /// Begin of each axis, then end of each.
  var pads: [Int]?
  var autoPad: AutoPad
  var roundsUp: Bool

  static let attributeNames: [String] = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"]

  init(_ node: NodeReader) throws(GraphError) {
    kernel = try Self.numbers("kernel_shape", node, least: 1)
    strides = try Self.numbers("strides", node, least: 1)
    dilations = try Self.numbers("dilations", node, least: 1)
    pads = try Self.numbers("pads", node, least: 0)
    let name: String = try node.string("auto_pad") ?? "NOTSET"
    guard let autoPad = AutoPad(rawValue: name.isEmpty ? "NOTSET" : name) else {
      throw node.error(
        .invalidAttribute,
        "attribute 'auto_pad' must be NOTSET, SAME_UPPER, SAME_LOWER or VALID, found '\(name)'")
    }
    self.autoPad = autoPad
    roundsUp = try node.int("ceil_mode") ?? 0 != 0
  }

  private static func numbers(_ name: String, _ node: NodeReader, least: Int) throws(GraphError) -> [Int]? {
    guard let values = try node.ints(name) else { return nil }
    guard values.allSatisfy({ $0 >= least && $0 <= 1 << 30 }) else {
      throw node.error(
        .invalidAttribute, "attribute '\(name)' must hold numbers from \(least) to 2^30, found \(values)")
    }
    return values.isEmpty ? nil : values
  }

  /// All attributes but `ceil_mode`, as far as the node gave them.
  var attributes: [Attribute] {
    var result: [Attribute] = [Attribute("auto_pad", autoPad.rawValue)]
    if let kernel { result.append(Attribute("kernel_shape", kernel)) }
    if let strides { result.append(Attribute("strides", strides)) }
    if let dilations { result.append(Attribute("dilations", dilations)) }
    if let pads, autoPad == .none { result.append(Attribute("pads", pads)) }
    return result
  }

  func stride(_ axis: Int) -> Int { strides?[axis] ?? 1 }
  func dilation(_ axis: Int) -> Int { dilations?[axis] ?? 1 }
  /// The extent of the window along an axis, holes included.
  func reach(_ axis: Int, _ kernel: Int) -> Int { (kernel - 1) &* dilation(axis) + 1 }

  /// Refuses attributes that don't have an element for each of `rank` spatial axes.
  func check(rank: Int, _ context: InferenceContext) throws(GraphError) {
    let lists: [(String, [Int]?, Int)] = [
      ("kernel_shape", kernel, rank), ("strides", strides, rank), ("dilations", dilations, rank),
      ("pads", pads, 2 * rank),
    ]
    for (name, list, count) in lists {
      if let list, list.count != count {
        throw context.error(
          .invalidAttribute, "attribute '\(name)' must have \(count) elements, found \(list.count)")
      }
    }
  }

  /// Zeros in front of and behind an axis of `input` elements.
  func padding(_ axis: Int, input: Int, kernel: Int) -> (begin: Int, end: Int) {
    switch autoPad {
    case .valid: return (0, 0)
    case .none:
      guard let pads else { return (0, 0) }
      return (pads[axis], pads[axis + pads.count / 2])
    case .sameUpper, .sameLower:
      let step: Int = stride(axis)
      let output: Int = (input + step - 1) / step
      let total: Int = max(0, (output - 1) &* step &+ reach(axis, kernel) - input)
      return autoPad == .sameUpper ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
    }
  }

  /// The number of positions along each spatial axis.
  func positions(_ input: [Dimension], kernel: [Dimension], _ context: inout InferenceContext)
    throws(GraphError) -> [Dimension]
  {
    var result: [Dimension] = []
    for (axis, extent) in input.enumerated() {
      let step = Dimension(stride(axis))
      if autoPad == .sameUpper || autoPad == .sameLower {
        result.append((extent + step - 1).divided(by: step))
        continue
      }
      guard let size = kernel[axis].value else {
        result.append(context.freshDimension())
        continue
      }
      let (begin, end): (Int, Int) = padding(axis, input: 0, kernel: size)
      let room: Dimension = extent + Dimension(begin + end - reach(axis, size))
      if let value = room.value, value < 0 {
        throw context.error(
          .shapeMismatch,
          "a window of \(reach(axis, size)) doesn't fit into axis \(axis) of \(extent) with pads \(begin) and \(end)"
        )
      }
      guard roundsUp else {
        result.append(room.divided(by: step) + 1)
        continue
      }
      guard let free = room.value, let input = extent.value else {
        result.append(context.freshDimension())
        continue
      }
      var count: Int = (free + stride(axis) - 1) / stride(axis) + 1
      // The last window must begin inside the image or the pads in front of it.
      if (count - 1) * stride(axis) >= input + begin { count -= 1 }
      result.append(Dimension(count))
    }
    return result
  }
}

extension Extent3 {
  /// Numbers for up to three axes, with `fill` in front.
  init(_ values: [Int], fill: Int) {
    let all: [Int] = Array(repeating: fill, count: max(0, 3 - values.count)) + values
    self.init(all[0], all[1], all[2])
  }
}

/// A window placed on an image of known extents, as kernels take it.
struct PlacedWindow: Sendable {
  var input: Extent3
  var output: Extent3
  var kernel: Extent3
  var stride: Extent3
  var dilation: Extent3
  var begin: Extent3
  var end: Extent3

  /// nil where there are more than three spatial axes.
  init?(_ window: Window, input: [Int], kernel: [Int], output: [Int]) {
    let axes: Range<Int> = 0..<input.count
    guard input.count <= 3 else { return nil }
    let pads: [(begin: Int, end: Int)] = axes.map {
      window.padding($0, input: input[$0], kernel: kernel[$0])
    }
    self.input = Extent3(input, fill: 1)
    self.output = Extent3(output, fill: 1)
    self.kernel = Extent3(kernel, fill: 1)
    stride = Extent3(axes.map { window.stride($0) }, fill: 1)
    dilation = Extent3(axes.map { window.dilation($0) }, fill: 1)
    begin = Extent3(pads.map(\.begin), fill: 0)
    end = Extent3(pads.map(\.end), fill: 0)
  }
}
