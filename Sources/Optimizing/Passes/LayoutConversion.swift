internal import Graphs
internal import KernelInterface
internal import Operators
internal import Tensors

/// How one node works on images that lie channels-last: which of its inputs are images, what becomes of its
/// constants, and the operators that take its place.
struct LayoutConversion {
  static let toChannelsLast: [Int] = [0, 2, 3, 1]
  static let toChannelsFirst: [Int] = [0, 3, 1, 2]

  /// The inputs that are images and no constants.
  let images: [ValueID]
  /// The node's operator channels-last.
  let op: any Operator
  /// Constants that take the place of inputs.
  var constants: [Int: Tensor] = [:]
  /// Whether the outputs are images; else they are what they were.
  var makesImages: Bool = true
  /// Whether its image may stay channels-first where it comes from outside.
  var readsChannelsFirst: Bool = false
  /// A constant that is added to the result, where one operator can't say all.
  var offset: Tensor?

  init?(_ node: Node, _ context: RewriteContext) {
    let graph: Graph = context.graph
    guard let output = node.outputs.first ?? nil, let type = graph[output].type?.elementType,
      type == .float32 || type == .float64
    else { return nil }
    switch node.op {
    case let op as ConvOp: self.init(op, node, graph)
    case let op as any ImageOperator: self.init(image: op, node, graph)
    case let op as BatchNormalizationOp: self.init(op, node, context)
    case is any UnaryFunctionOperator, is ClipOp: self.init(elementwise: node, constantsFrom: 1, context)
    case is any BinaryFunctionOperator, is any VariadicFunctionOperator, is PReluOp, is PowOp, is MeanOp:
      self.init(elementwise: node, constantsFrom: node.inputs.count, context)
    case let op as any ReduceOperator: self.init(reduction: op, node, graph)
    case let op as ConcatOp: self.init(join: op, node, context)
    case let op as SplitOp:
      guard let axis = Self.normalized(op.axis) else { return nil }
      self.init(moving: node, graph, op.along(Self.place(of: axis)))
    case let op as SliceOp: self.init(moving: node, graph, op, axesInput: 3, countInput: 1)
    case let op as PadOp: self.init(moving: node, graph, op, axesInput: 3, countInput: 1)
    case let op as ResizeOp:
      self.init(moving: node, graph, op.along((op.axes ?? [0, 1, 2, 3]).map(Self.place)))
    default: return nil
    }
  }

  private init(images: [ValueID], op: any Operator) {
    self.images = images
    self.op = op
  }

  /// The only image at input 0 and an image at every output.
  private init?(oneImage node: Node, _ graph: Graph, _ op: any Operator) {
    guard let x = node.inputs[0], Self.isImage(x, graph), graph[x].knownValue == nil,
      node.outputs.allSatisfy({ $0.map { Self.isImage($0, graph) } ?? true })
    else { return nil }
    self.init(images: [x], op: op)
  }

  private init?(_ op: ConvOp, _ node: Node, _ graph: Graph) {
    guard op.layouts == ImageLayouts() else { return nil }
    self.init(oneImage: node, graph, op.with(.channelsLast))
    let channels: Int = graph[images[0]].type?.dimensions?[1].value ?? 0
    readsChannelsFirst = op.groups == 1 && (1...4).contains(channels)
  }

  private init?(image op: any ImageOperator, _ node: Node, _ graph: Graph) {
    guard node.outputs.dropFirst().allSatisfy({ $0 == nil }) else { return nil }
    self.init(oneImage: node, graph, op.inChannelsLast)
  }

  /// The affine map with constant statistics, as a product and a sum.
  private init?(_ op: BatchNormalizationOp, _ node: Node, _ context: RewriteContext) {
    let graph: Graph = context.graph
    guard !op.isTraining, node.inputs.count == 5,
      let output = node.outputs[0], let type = graph[output].type?.elementType
    else { return nil }
    self.init(oneImage: node, graph, MulOp())
    let parameters: [[Double]] = (1..<5).compactMap { index in
      node.inputs[index].flatMap { graph[$0].constant }.flatMap { FoldableConstant($0).doubles }
    }
    guard parameters.count == 4, parameters.allSatisfy({ $0.count == parameters[0].count }) else {
      return nil
    }
    let shape: Shape = [1, 1, 1, parameters[0].count]
    var (scale, shift): ([Double], [Double]) = ([], [])
    for channel in parameters[0].indices {
      let factor: Double = parameters[0][channel] / (parameters[3][channel] + Double(op.epsilon)).squareRoot()
      scale.append(factor)
      shift.append(parameters[1][channel] - parameters[2][channel] * factor)
    }
    constants[1] = FoldableConstant(exact: scale, elementType: type, shape: shape).rounded
    offset = FoldableConstant(exact: shift, elementType: type, shape: shape).rounded
  }

  /// Operators that treat all elements alike: images are taken as they come, constants are permuted.
  /// Inputs from `first` on are scalars that the operator does not broadcast.
  private init?(elementwise node: Node, constantsFrom first: Int, _ context: RewriteContext) {
    let graph: Graph = context.graph
    var images: [ValueID] = []
    var constants: [Int: Tensor] = [:]
    for (index, input) in node.inputs.enumerated() where index < first {
      guard let input, let dimensions = graph[input].type?.dimensions else { return nil }
      if let constant = graph[input].constant, !context.isMadeOfKept(input) {
        guard let permuted = Self.permuted(constant, context.kernels) else { return nil }
        constants[index] = permuted
      } else if Self.isImage(input, graph), graph[input].knownValue == nil {
        images.append(input)
      } else if !dimensions.allSatisfy({ $0.value == 1 }) || dimensions.count > 4 {
        return nil
      }
    }
    guard !images.isEmpty, let output = node.outputs[0], Self.isImage(output, graph) else { return nil }
    self.init(images: images, op: node.op)
    self.constants = constants
  }

  private init?(reduction op: any ReduceOperator, _ node: Node, _ graph: Graph) {
    guard node.inputs.count > 1, let named = node.inputs[1], let x = node.inputs[0], Self.isImage(x, graph),
      graph[x].knownValue == nil, let axes = graph[named].constant?.integers, !axes.isEmpty
    else { return nil }
    let places: [Int] = axes.compactMap { Self.normalized($0).map(Self.place) }
    guard places.count == axes.count else { return nil }
    self.init(images: [x], op: op)
    constants[1] = Tensor(places.map { Int64($0) })
    if !op.options.keepsDimensions {
      // What is left must come in the same order.
      let left: [Int] = Self.toChannelsLast.enumerated().filter { !places.contains($0.offset) }.map(\.element)
      guard left == left.sorted() else { return nil }
      makesImages = false
    }
  }

  private init?(join op: ConcatOp, _ node: Node, _ context: RewriteContext) {
    guard let axis = Self.normalized(op.axis),
      let all = LayoutConversion(elementwise: node, constantsFrom: node.inputs.count, context),
      all.images.count + all.constants.count == node.inputs.count,
      all.constants.values.allSatisfy({ $0.shape.rank == 4 })
    else { return nil }
    self.init(images: all.images, op: ConcatOp(axis: Self.place(of: axis)))
    constants = all.constants
  }

  private init?(moving node: Node, _ graph: Graph, _ op: any Operator) {
    self.init(oneImage: node, graph, op)
  }

  /// An operator whose input `axesInput` names axes (all, where it is left out), one for each element of
  /// input `countInput`.
  private init?(
    moving node: Node, _ graph: Graph, _ op: any Operator, axesInput: Int, countInput: Int
  ) {
    self.init(oneImage: node, graph, op)
    var axes: [Int] = [0, 1, 2, 3]
    if axesInput < node.inputs.count, let named = node.inputs[axesInput] {
      guard let given = graph[named].constant?.integers else { return nil }
      axes = given
    } else {
      guard let count = node.inputs[countInput].flatMap({ graph[$0].type?.shape?.count }) else { return nil }
      axes = Array(0..<(op is PadOp ? count / 2 : count))
    }
    let places: [Int] = axes.compactMap { Self.normalized($0).map(Self.place) }
    guard places.count == axes.count else { return nil }
    constants[axesInput] = Tensor(places.map { Int64($0) })
  }

  // Axes and constants

  private static func normalized(_ axis: Int) -> Int? {
    axis >= -4 && axis < 4 ? (axis + 4) % 4 : nil
  }

  /// Where an axis of a channels-first image stands in a channels-last one.
  static func place(of axis: Int) -> Int { toChannelsFirst[(axis + 4) % 4] }

  private static func isImage(_ value: ValueID, _ graph: Graph) -> Bool {
    graph[value].type?.dimensions?.count == 4
  }

  /// The value that `value` is the channels-first form of.
  static func channelsLastSource(of value: ValueID, _ context: RewriteContext) -> ValueID? {
    guard let node = context.producer(of: value),
      (node.op as? TransposeOp)?.permutation == toChannelsFirst
    else { return nil }
    return node.inputs[0]
  }

  /// A constant that broadcasts to channels-first images, as it broadcasts to channels-last ones.
  static func permuted(_ tensor: Tensor, _ kernels: KernelTable) -> Tensor? {
    guard tensor.shape.rank <= 4, tensor.strings == nil, tensor.elementType.byteWidth > 0 else { return nil }
    if tensor.count == 1, tensor.shape.rank < 4 { return tensor }
    let padded: [Int] = Array(repeating: 1, count: 4 - tensor.shape.rank) + tensor.shape.extents
    let shape = Shape(toChannelsLast.map { padded[$0] })
    return Tensor(tensor.elementType, shape) { bytes in
      guard let base = bytes.baseAddress else { return }
      CopyPlan.permutation(of: padded, by: toChannelsLast).run(
        kernels.movement, out: base, input: tensor.base, elementSize: tensor.elementType.byteWidth)
    }
  }
}
