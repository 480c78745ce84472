import Graphs
import Operators
import Tensors
import TestSupport

/// A random graph of the layers that affine maps go into or cross: convolutions with groups, strides,
/// dilations and pads, transposed convolutions, products, normalizations, pools, reductions, joins, sums,
/// activations, movements of elements and weights of codes, with values used twice, intermediate outputs,
/// shared weights, zero and negative gains and tiny variances.
///
/// The same seed with fewer steps is the beginning of the same graph: that is how a failure is made small.
struct RandomGraph {
  var script: TestGraph
  var images: [(value: ValueID, shape: [Int])] = []
  var rows: [(value: ValueID, width: Int)] = []
  private var outputs: [ValueID] = []
  private var weights: [String: ValueID] = [:]
  let batch: Int

  /// `granularity` is the type whose numbers the constants and inputs are, so that a graph of a wider type
  /// can have those of a narrow one.
  init(seed: UInt64, steps: Int, elementType: ElementType = .float64, granularity: ElementType? = nil) throws
  {
    script = TestGraph(elementType, seed: seed, granularity: granularity)
    batch = 1 + Int(seed % 3)
    if pick(3) > 0 {
      let shape: [Int] = [batch, 1 + pick(4), 3 + pick(5), 3 + pick(5)]
      let free: Bool = pick(2) == 0
      let dimensions: [Dimension] = shape.enumerated().map { axis, extent in
        free && axis != 1 ? Dimension(symbol: "d\(axis)") : Dimension(extent)
      }
      images.append((script.input(Shape(shape), dimensions: dimensions), shape))
    } else {
      let width: Int = 2 + pick(5)
      let dimensions: [Dimension] = [
        pick(2) == 0 ? Dimension(symbol: "n") : Dimension(batch), Dimension(width),
      ]
      rows.append((script.input([batch, width], dimensions: dimensions), width))
    }
    for _ in 0..<steps { try step() }
  }

  /// The graph, whose outputs are the last values and some in between.
  mutating func graph() throws -> Graph {
    var all: [ValueID] = outputs
    if let last = images.last { all.append(last.value) }
    if let last = rows.last { all.append(last.value) }
    script.setOutputs(all)
    return try script.inferred()
  }

  mutating func inputs() -> [Value?] { script.randomInputs() }

  mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &script.generator) }

  private mutating func step() throws {
    let useImage: Bool = !images.isEmpty && (rows.isEmpty || pick(3) > 0)
    if useImage { try imageStep() } else { try rowStep() }
    if pick(12) == 0, let last = images.last { outputs.append(last.value) }
    if pick(12) == 0, let last = rows.last { outputs.append(last.value) }
  }

  /// Mostly the last value, sometimes an earlier one, which then has several users.
  private mutating func image() -> (value: ValueID, shape: [Int]) {
    pick(5) == 0 ? images[pick(images.count)] : images[images.count - 1]
  }

  private mutating func row() -> (value: ValueID, width: Int) {
    pick(5) == 0 ? rows[pick(rows.count)] : rows[rows.count - 1]
  }

  /// A constant, sometimes one that another layer uses too.
  private mutating func weight(_ shape: Shape, in range: ClosedRange<Double> = -1...1) -> ValueID {
    let key: String = "\(shape) \(range)"
    if pick(6) == 0, let shared = weights[key] { return shared }
    let made: ValueID = script.constant(shape, in: range)
    weights[key] = made
    return made
  }

  /// Gains of both signs, now and then zero.
  private mutating func gains(_ count: Int) -> ValueID {
    var values: [Double] = (0..<count).map { _ in Double.random(in: -2...2, using: &script.generator) }
    if pick(3) == 0 { values = values.map { abs($0) + 0.1 } }
    if pick(6) == 0 { values[pick(count)] = 0 }
    return script.constant(values, [count])
  }

  private mutating func normalized(_ x: ValueID, _ channels: Int) throws -> ValueID {
    let variance: ClosedRange<Double> = pick(8) == 0 ? 1e-9...1e-6 : 0.1...3
    return try script.add(
      BatchNormalizationOp.self, [], x, gains(channels), script.constant([channels]),
      script.constant([channels]), script.constant([channels], in: variance))
  }

  // Images

  private mutating func imageStep() throws {
    let (x, shape) = image()
    let (channels, height, width): (Int, Int, Int) = (shape[1], shape[2], shape[3])
    switch pick(21) {
    case 15...20: try moveStep(x, shape)
    case 0, 1, 2: try convolve(x, shape)
    case 3, 4: images.append((try normalized(x, channels), shape))
    case 5: images.append((try script.add(ReluOp.self, [], x), shape))
    case 6:
      images.append((try script.add([LeakyReluOp.self, SigmoidOp.self, TanhOp.self][pick(3)], [], x), shape))
    case 7: try scale(x, shape)
    case 8 where height >= 2 && width >= 2: try pool(x, shape)
    case 9: try join(x, shape)
    case 10: try addTwo(x, shape)
    case 11: try flatten(x, shape)
    case 12 where height * width <= 64: try transposed(x, shape)
    case 13:
      let mean: ValueID = try script.add(GlobalAveragePoolOp.self, [], x)
      images.append((mean, [batch, channels, 1, 1]))
    case 14:
      let turned: ValueID = try script.add(TransposeOp.self, [Attribute("perm", [0, 1, 3, 2])], x)
      images.append((turned, [batch, channels, width, height]))
    default: images.append((try script.add(ReluOp.self, [], x), shape))
    }
  }

  private mutating func convolve(_ x: ValueID, _ shape: [Int]) throws {
    let kernel: [Int] = [1 + pick(min(3, shape[2])), 1 + pick(min(3, shape[3]))]
    let groups: Int = pick(3) == 0 ? shape[1] : 1
    let features: Int = groups * (1 + pick(3))
    let pads: [Int] = pick(2) == 0 ? [0, 0, 0, 0] : [pick(2), pick(2), pick(2), pick(2)]
    let dilation: Int = pick(4) == 0 && shape[2] > 4 && shape[3] > 4 ? 2 : 1
    let stride: Int = 1 + pick(2)
    var result: [Int] = [batch, features]
    for axis in 0..<2 {
      let reach: Int = (kernel[axis] - 1) * dilation + 1
      let padded: Int = shape[2 + axis] + pads[axis] + pads[2 + axis]
      guard padded >= reach else { return }
      result.append((padded - reach) / stride + 1)
    }
    let y: ValueID = try script.add(
      ConvOp.self,
      [
        Attribute("group", groups), Attribute("pads", pads), Attribute("strides", [stride, stride]),
        Attribute("dilations", [dilation, dilation]),
      ],
      x, weight(Shape([features, shape[1] / groups] + kernel)), pick(2) == 0 ? weight([features]) : nil)
    images.append((y, result))
  }

  private mutating func transposed(_ x: ValueID, _ shape: [Int]) throws {
    let groups: Int = pick(2) == 0 ? shape[1] : 1
    let stride: Int = 1 + pick(2)
    let y: ValueID = try script.add(
      ConvTransposeOp.self, [Attribute("group", groups), Attribute("strides", [stride, stride])], x,
      weight([shape[1], 1 + pick(2), 2, 2]), nil)
    let features: Int = groups * (script.extent(of: y, axis: 1) ?? 0) / groups
    guard features > 0 else { return }
    images.append((y, [batch, features, (shape[2] - 1) * stride + 2, (shape[3] - 1) * stride + 2]))
  }

  private mutating func scale(_ x: ValueID, _ shape: [Int]) throws {
    let constantShape: Shape = [[shape[1], 1, 1], [1, shape[1], 1, 1], [1], []][pick(4)]
    let constant: ValueID = weight(constantShape, in: pick(2) == 0 ? -2...2 : 0.2...2)
    let y: ValueID =
      switch pick(5) {
      case 0: try script.add(MulOp.self, [], x, constant)
      case 1: try script.add(AddOp.self, [], constant, x)
      case 2: try script.add(SubOp.self, [], x, constant)
      case 3: try script.add(SubOp.self, [], constant, x)
      default: try script.add(DivOp.self, [], x, script.constant(constantShape, in: 0.5...2))
      }
    images.append((y, shape))
  }

  private mutating func pool(_ x: ValueID, _ shape: [Int]) throws {
    let padded: Bool = pick(2) == 0
    let attributes: [Attribute] = [
      Attribute("kernel_shape", [2, 2]), Attribute("pads", padded ? [1, 0, 1, 0] : [0, 0, 0, 0]),
    ]
    let result: [Int] = [batch, shape[1], shape[2] - 1 + (padded ? 2 : 0), shape[3] - 1]
    let y: ValueID =
      pick(2) == 0
      ? try script.add(MaxPoolOp.self, attributes, x)
      : try script.add(AveragePoolOp.self, attributes + [Attribute("count_include_pad", pick(2) == 0)], x)
    images.append((y, result))
  }

  private mutating func join(_ x: ValueID, _ shape: [Int]) throws {
    let others = images.filter { $0.shape[2...] == shape[2...] }
    guard let other = others.randomElement(using: &script.generator) else { return }
    let y: ValueID = try script.add(ConcatOp.self, [Attribute("axis", 1)], x, other.value)
    images.append((y, [batch, shape[1] + other.shape[1], shape[2], shape[3]]))
  }

  private mutating func addTwo(_ x: ValueID, _ shape: [Int]) throws {
    let others = images.filter { $0.shape == shape }
    guard let other = others.randomElement(using: &script.generator) else { return }
    let type: any OperatorDefinition.Type = [AddOp.self, SubOp.self, MulOp.self][pick(3)]
    images.append((try script.add(type, [], x, other.value), shape))
  }

  private mutating func flatten(_ x: ValueID, _ shape: [Int]) throws {
    let width: Int = shape[1...].reduce(1, *)
    guard width <= 256 else { return }
    let y: ValueID =
      pick(2) == 0
      ? try script.add(FlattenOp.self, [], x)
      : try script.add(ReshapeOp.self, [], x, script.integers([0, width]))
    rows.append((y, width))
  }

  // Rows

  private mutating func rowStep() throws {
    let (x, width) = row()
    switch pick(10) {
    case 0, 1:
      let columns: Int = 1 + pick(6)
      let transposes: Bool = pick(2) == 0
      let y: ValueID = try script.add(
        GemmOp.self,
        [
          Attribute("alpha", Float(pick(2) == 0 ? 1 : 0.5)), Attribute("beta", Float(pick(2) == 0 ? 1 : -2)),
          Attribute("transB", transposes),
        ],
        x, weight(transposes ? [columns, width] : [width, columns]), pick(2) == 0 ? weight([columns]) : nil)
      rows.append((y, columns))
    case 2:
      let columns: Int = 1 + pick(6)
      let matrix: ValueID =
        pick(3) == 0
        ? try script.add(TransposeOp.self, [], weight([columns, width])) : weight([width, columns])
      rows.append((try script.add(MatMulOp.self, [], x, matrix), columns))
    case 3: rows.append((try normalized(x, width), width))
    case 4 where width > 1:
      let y: ValueID = try script.add(
        LayerNormalizationOp.self, [Attribute("epsilon", Float(0.01))], x, gains(width),
        pick(3) == 0 ? nil : script.constant([width]))
      rows.append((y, width))
    case 5: rows.append((try script.add(ReluOp.self, [], x), width))
    case 6:
      let type: any OperatorDefinition.Type = [AddOp.self, MulOp.self, SubOp.self][pick(3)]
      rows.append((try script.add(type, [], x, weight(pick(2) == 0 ? [width] : [1])), width))
    case 7:
      let others = rows.filter { $0.width == width }
      guard let other = others.randomElement(using: &script.generator) else { return }
      rows.append((try script.add(AddOp.self, [], x, other.value), width))
    case 8:
      guard let other = rows.randomElement(using: &script.generator) else { return }
      rows.append(
        (try script.add(ConcatOp.self, [Attribute("axis", -1)], x, other.value), width + other.width))
    default:
      rows.append((try script.add([SigmoidOp.self, TanhOp.self, LeakyReluOp.self][pick(3)], [], x), width))
    }
  }
}
