import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Maps across the operators that let them through, upwards into a convolution and downwards into one, and
/// the same graphs where they must not.
@Suite struct CrossingTests {
  /// An operator between two layers, over an image [2, 4, 6, 6] or what `from` says.
  struct Crossing: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let gains: ClosedRange<Double>
    let offsets: ClosedRange<Double>
    let add: @Sendable (inout TestGraph, ValueID) throws -> ValueID

    init(
      _ name: String, gains: ClosedRange<Double> = -2...2, offsets: ClosedRange<Double> = -1...1,
      add: @escaping @Sendable (inout TestGraph, ValueID) throws -> ValueID
    ) {
      testDescription = name
      self.gains = gains
      self.offsets = offsets
      self.add = add
    }

    static func one(
      _ type: any OperatorDefinition.Type, _ attributes: [Attribute] = [],
      gains: ClosedRange<Double> = -2...2,
      offsets: ClosedRange<Double> = -1...1, note: String = "",
      constants: @escaping @Sendable (inout TestGraph) -> [ValueID?] = { _ in [] }
    ) -> Crossing {
      Crossing(type.schema.name + note, gains: gains, offsets: offsets) { script, x in
        let others: [ValueID?] = constants(&script)
        return try script.add(type, attributes, inputs: [x] + others, outputCount: 1)[0]
      }
    }
  }

  static let positive: ClosedRange<Double> = 0.2...2
  static let none: ClosedRange<Double> = 0...0
  static let pads: [Attribute] = [Attribute("kernel_shape", [3, 3]), Attribute("pads", [1, 1, 1, 1])]
  static let window: [Attribute] = [Attribute("kernel_shape", [2, 3]), Attribute("strides", [2, 1])]

  static let crossed: [Crossing] = [
    .one(MaxPoolOp.self, pads, gains: positive),
    .one(AveragePoolOp.self, window + [Attribute("count_include_pad", true)], note: " without padding"),
    .one(
      AveragePoolOp.self, pads + [Attribute("ceil_mode", true), Attribute("strides", [2, 2])], note: " padded"
    ),
    .one(
      AveragePoolOp.self, pads + [Attribute("count_include_pad", true)], offsets: none,
      note: " over the padding, of a scale"),
    .one(GlobalAveragePoolOp.self),
    .one(GlobalMaxPoolOp.self, gains: positive),
    .one(ReduceMeanOp.self, note: " of height") { [$0.integers([-2])] },
    .one(ReduceSumOp.self, note: " of the image") { [$0.integers([2, 3])] },
    .one(ReduceMaxOp.self, gains: positive) { [$0.integers([3])] },
    .one(ReduceMinOp.self, gains: positive) { [$0.integers([3])] },
    .one(SliceOp.self, note: " of channels") {
      [$0.integers([3, 1]), $0.integers([-9, 4]), $0.integers([1, 2]), $0.integers([-2, 1])]
    },
    .one(SliceOp.self, note: " of height") { [$0.integers([1]), $0.integers([5]), $0.integers([2])] },
    .one(GatherOp.self, [Attribute("axis", 1)], note: " of channels") { [$0.integers([2, -1, 0])] },
    .one(GatherOp.self, [Attribute("axis", 3)], note: " of columns") { [$0.integers([2, -1, 0])] },
    .one(PadOp.self, [Attribute("mode", "edge")], note: " with the edge") {
      [$0.integers([0, 0, 1, 2, 0, 0, 2, 1])]
    },
    .one(PadOp.self, [Attribute("mode", "reflect")], note: " with a reflection") {
      [$0.integers([0, 0, 1, 2, 0, 0, 2, 1])]
    },
    .one(PadOp.self, offsets: none, note: " with zero, of a scale") {
      [$0.integers([0, 0, 1, 2, 0, 0, -2, 1])]
    },
    .one(
      ResizeOp.self, [Attribute("mode", "nearest")], note: " to the nearest",
      constants: { script in
        [nil, script.constant(Tensor([Float(1), 1, 2, 1.5]))]
      }),
    .one(
      ResizeOp.self, [Attribute("mode", "linear")], note: " linearly",
      constants: { script in
        [nil, nil, script.integers([2, 4, 5, 11])]
      }),
    .one(DepthToSpaceOp.self, [Attribute("blocksize", 2)], gains: 0.7...0.7, offsets: 0.5...0.5),
    .one(SpaceToDepthOp.self, [Attribute("blocksize", 2)], gains: 0.7...0.7, offsets: 0.5...0.5),
    .one(TileOp.self, note: " of height") { [$0.integers([1, 1, 2, 1])] },
    .one(ExpandOp.self) { [$0.integers([3, 1, 1, 1, 1])] },
    .one(
      ClipOp.self, gains: 1.5...1.5, offsets: -0.25...(-0.25), note: " of one scale and shift",
      constants: { script in
        [script.constant([-0.5], []), script.constant([1], [])]
      }),
    .one(ClipOp.self, gains: positive, offsets: none, note: " below zero") { [$0.constant([0], [])] },
    Crossing("a dynamic gate, of a scale", offsets: none) { script, x in
      let mean = try script.add(GlobalAveragePoolOp.self, [], script.gateInput)
      return try script.add(MulOp.self, [], x, try script.add(SigmoidOp.self, [], mean))
    },
    Crossing("Split and Concat") { script, x in
      let parts = try script.add(
        SplitOp.self, [Attribute("axis", 1)], inputs: [x, script.integers([1, 3])], outputCount: 2)
      return try script.add(ConcatOp.self, [Attribute("axis", 1)], parts[1], parts[0])
    },
  ]

  static let refused: [Crossing] = [
    .one(MaxPoolOp.self, pads, gains: -2...(-1), note: " of a negative scale"),
    .one(GlobalMaxPoolOp.self, gains: -2...(-1), note: " of a negative scale"),
    .one(
      LpPoolOp.self, pads, gains: positive),
    .one(ReduceMeanOp.self, note: " of the map's own axis") { [$0.integers([1])] },
    .one(ReduceMaxOp.self, gains: -2...(-1), note: " of a negative scale") { [$0.integers([3])] },
    .one(PadOp.self, [Attribute("mode", "edge")], note: " of channels") {
      [$0.integers([0, 1, 0, 0, 0, 1, 0, 0])]
    },
    .one(PadOp.self, note: " with zero, of shifts") { [$0.integers([0, 0, 1, 2, 0, 0, 1, 1])] },
    .one(
      ClipOp.self, gains: positive, note: " of many scales",
      constants: { script in
        [script.constant([-0.5], []), script.constant([1], [])]
      }),
    .one(SigmoidOp.self),
    .one(
      ResizeOp.self, [Attribute("coordinate_transformation_mode", "tf_crop_and_resize")],
      note: " with a crop",
      constants: { script in
        [
          script.constant(Tensor([Float(0), 0, -0.5, 0, 1, 1, 1, 1])), nil,
          script.integers([2, 4, 6, 6]),
        ]
      }),
  ]

  /// Before the operator a convolution, after it a BatchNormalization.
  @Test("BN after an operator that lets maps through goes into the convolution before it", arguments: crossed)
  func upwards(_ crossing: Crossing) throws {
    var script = TestGraph()
    let x = script.input([2, 3, 6, 6], dimensions: [Dimension(symbol: "n"), 3, 6, 6])
    script.addGate()
    let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 1, 1]))
    let z = try crossing.add(&script, y)
    let (graph, result) = try script.normalized(z, crossing.gains, crossing.offsets)
    #expect(result.histogram["BatchNormalization"] == nil, "\(result.operators)")
    #expect(result.histogram["Add"] == nil, "\(result.operators)")
    let removed: Int = graph.nodes.contains { $0.opName == "BatchNormalization" } ? 1 : 2
    #expect(result.nodes.count == graph.nodes.count - removed, "\(result.operators)")
  }

  @Test("BN after an operator that stops it, or a part of it, stays", arguments: refused)
  func refusedUpwards(_ crossing: Crossing) throws {
    var script = TestGraph()
    let x = script.input([2, 3, 6, 6])
    script.addGate()
    let y = try script.add(ConvOp.self, [], x, script.constant([4, 3, 1, 1]))
    let z = try crossing.add(&script, y)
    let (graph, result) = try script.normalized(z, crossing.gains, crossing.offsets)
    #expect(result.nodes.count == graph.nodes.count, "\(result.operators)")
  }

  @Test("BN before an operator that lets maps through goes into the layer after it", arguments: crossed)
  func downwards(_ crossing: Crossing) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 6], dimensions: [Dimension(symbol: "n"), 4, 6, 6])
    script.addGate()
    let y = try script.norm(x, 4, crossing.gains, crossing.offsets)
    let z = try crossing.add(&script, y)
    let graph = try script.layer(after: z)
    let result = try optimized(&script, graph)
    #expect(result.histogram["BatchNormalization"] == nil, "\(result.operators)")
    #expect(result.nodes.count == graph.nodes.count - 1, "\(result.operators)")
  }

  @Test("BN before an operator that stops it, or a part of it, stays", arguments: refused)
  func refusedDownwards(_ crossing: Crossing) throws {
    var script = TestGraph()
    let x = script.input([2, 4, 6, 6])
    script.addGate()
    let y = try script.norm(x, 4, crossing.gains, crossing.offsets)
    let z = try crossing.add(&script, y)
    let graph = try script.layer(after: z)
    let result = try optimized(&script, graph)
    // Zeros may still go into the layer's own padding.
    func count(_ graph: Graph) -> Int { graph.operators.filter { $0 != "Pad" }.count }
    #expect(count(result) == count(graph), "\(result.operators)")
  }
}

extension TestGraph {
  /// The input that gates are made of.
  fileprivate var gateInput: ValueID { builder.graph.inputs[1] }

  fileprivate mutating func addGate() { _ = input([2, 4, 6, 6]) }

  fileprivate mutating func norm(
    _ x: ValueID, _ channels: Int, _ gains: ClosedRange<Double>, _ offsets: ClosedRange<Double>
  ) throws -> ValueID {
    // Statistics of 0 and 1, so that gains and offsets are the map's numbers.
    try add(
      BatchNormalizationOp.self, [Attribute("epsilon", Float(0))], x, constant([channels], in: gains),
      constant([channels], in: offsets), constant([channels], in: 0...0), constant([channels], in: 1...1))
  }

  /// The graph that ends in a normalization of `value` and a Tanh, and the same optimized.
  fileprivate mutating func normalized(
    _ value: ValueID, _ gains: ClosedRange<Double>, _ offsets: ClosedRange<Double>
  ) throws -> (Graph, Graph) {
    let rank: Int = try inferred()[value].type?.dimensions?.count ?? 0
    let channels: Int = try #require(extent(of: value, axis: rank == 5 ? 2 : 1))
    var z: ValueID = value
    if rank == 5 {
      let scaled = try add(MulOp.self, [], z, constant([channels, 1, 1], in: gains))
      z = try add(AddOp.self, [], scaled, constant([channels, 1, 1], in: offsets))
    } else {
      z = try norm(z, channels, gains, offsets)
    }
    let graph = try graph(try add(TanhOp.self, [], z))
    return (graph, try optimized(&self, graph))
  }

  /// A convolution or, for other ranks, a product of what `value` holds.
  fileprivate mutating func layer(after value: ValueID) throws -> Graph {
    let shape: [Dimension] = try inferred()[value].type?.dimensions ?? []
    let extents: [Int] = shape.map { $0.value ?? 0 }
    switch extents.count {
    case 4: return try graph(try add(ConvOp.self, [], value, constant([3, extents[1], 1, 1])))
    case 5:
      let flat = try add(ReshapeOp.self, [], value, integers([-1] + extents[2...]))
      return try graph(try add(ConvOp.self, [], flat, constant([3, extents[2], 1, 1])))
    default:
      // The channels, axis 1 of three, come last.
      let turned = try add(TransposeOp.self, [Attribute("perm", [0, 2, 1])], value)
      return try graph(try add(MatMulOp.self, [], turned, constant([extents[1], 5])))
    }
  }
}
