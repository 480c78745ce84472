package import Graphs
package import KernelInterface
internal import KernelSelection
internal import Operators
package import Tensors

/// A small graph for a test, of one element type, with seeded random constants and inputs.
package struct TestGraph {
  package var builder = GraphBuilder(name: "test")
  package var generator: SeededGenerator
  package let elementType: ElementType
  /// The type to which random elements are rounded first, so that graphs of wider types hold the same numbers.
  private let granularity: ElementType
  private var inputs: [(id: ValueID, shape: Shape)] = []

  package init(
    _ elementType: ElementType = .float64, seed: UInt64 = 1, granularity: ElementType? = nil
  ) {
    self.elementType = elementType
    self.granularity = granularity ?? elementType
    generator = SeededGenerator(seed: seed)
  }

  /// An input whose shape is `shape`; `dimensions` may say less of it.
  package mutating func input(_ shape: Shape, dimensions: [Dimension]? = nil, name: String = "") -> ValueID {
    let type = ValueType.tensor(elementType, dimensions ?? shape.extents.map { Dimension($0) })
    let id = builder.addInput(name: name.isEmpty ? "x\(inputs.count)" : name, type: type)
    inputs.append((id, shape))
    return id
  }

  /// A constant with elements uniform in `range`.
  package mutating func constant(_ shape: Shape, in range: ClosedRange<Double> = -1...1) -> ValueID {
    let values: [Double] = (0..<shape.count).map { _ in Double.random(in: range, using: &generator) }
    return constant(values, shape)
  }

  package mutating func constant(_ values: [Double], _ shape: Shape) -> ValueID {
    builder.addConstant(tensor(values, shape))
  }

  private func tensor(_ values: [Double], _ shape: Shape) -> Tensor {
    let coarse = Tensor(rounding: values, to: granularity, shape)
    return granularity == elementType
      ? coarse : Tensor(rounding: coarse.doubles, to: elementType, shape)
  }

  package mutating func constant(_ tensor: Tensor) -> ValueID { builder.addConstant(tensor) }

  package mutating func integers(_ values: [Int]) -> ValueID {
    builder.addConstant(Tensor(values.map { Int64($0) }, [values.count]))
  }

  package mutating func rename(_ value: ValueID, _ name: String) { builder.setName(name, of: value) }

  /// A node's outputs.
  package mutating func add(
    _ type: any OperatorDefinition.Type, _ attributes: [Attribute], inputs: [ValueID?], outputCount: Int
  ) throws -> [ValueID] {
    try builder.addNode(
      type, version: type.schema.sinceVersions.last ?? 1, attributes: attributes, inputs: inputs,
      outputCount: outputCount
    ).compactMap { $0 }
  }

  /// A node's only output.
  package mutating func add(
    _ type: any OperatorDefinition.Type, _ attributes: [Attribute] = [], _ inputs: ValueID?...
  ) throws -> ValueID {
    try builder.addNode(
      type, version: type.schema.sinceVersions.last ?? 1, attributes: attributes, inputs: inputs,
      outputCount: 1)[0]!
  }

  /// The graph with the given outputs, inferred.
  package mutating func graph(_ outputs: ValueID...) throws -> Graph {
    builder.setOutputs(outputs)
    return try GraphInference(kernels: KernelSelection.best).infer(builder.graph)
  }

  package mutating func setOutputs(_ outputs: [ValueID]) { builder.setOutputs(outputs) }

  /// The graph so far, inferred.
  package func inferred() throws -> Graph {
    try GraphInference(kernels: KernelSelection.best).infer(builder.graph)
  }

  /// A known extent of a value.
  package func extent(of value: ValueID, axis: Int) -> Int? {
    (try? inferred())?[value].type?.dimensions?[axis].value
  }

  /// Random values for the inputs.
  package mutating func randomInputs() -> [Value?] {
    inputs.map { input in
      let values: [Double] = (0..<input.shape.count).map { _ in Double.random(in: -2...2, using: &generator) }
      return .tensor(tensor(values, input.shape))
    }
  }
}

extension Graph {
  /// How often each operator stands in the graph.
  package var histogram: [String: Int] {
    Dictionary(nodes.map { ($0.opName, 1) }, uniquingKeysWith: +)
  }

  /// The names of the operators in order.
  package var operators: [String] { nodes.map(\.opName) }

  /// The outputs for `inputs`, each node run on its own.
  package func run(_ inputs: [Value?], kernels: KernelTable? = nil) throws -> [Tensor] {
    try GraphInterpreter(kernels: kernels ?? KernelSelection.best).run(self, inputs: inputs).map { value in
      guard let tensor = value?.tensor else { throw ExecutionError(.invalidData, "an output is no tensor") }
      return tensor
    }
  }
}

/// The largest absolute difference of two tensors, relative to the largest magnitude of the first.
package func relativeDifference(_ expected: Tensor, _ actual: Tensor) -> Double {
  guard expected.shape == actual.shape else { return .infinity }
  let (a, b): ([Double], [Double]) = (expected.doubles, actual.doubles)
  let largest: Double = max(a.reduce(0) { max($0, abs($1)) }, Double.leastNormalMagnitude)
  var worst: Double = 0
  for (x, y) in zip(a, b) where !(x.isNaN && y.isNaN) && x != y {
    let difference: Double = abs(x - y) / largest
    worst = difference.isNaN ? .infinity : max(worst, difference)
  }
  return worst
}

extension TestGraph {
  /// A constant of any type.
  package mutating func builderConstant(_ tensor: Tensor) -> ValueID { builder.addConstant(tensor) }

  /// The parts of a Split.
  package mutating func addSplit(_ x: ValueID, lengths: [Int], axis: Int) throws -> [ValueID] {
    let sizes: ValueID = integers(lengths)
    return try builder.addNode(
      SplitOp.self, version: SplitOp.schema.sinceVersions.last ?? 1, attributes: [Attribute("axis", axis)],
      inputs: [x, sizes], outputCount: lengths.count
    ).compactMap { $0 }
  }
}

extension TestGraph {
  /// The only output of a node with any number of inputs.
  package mutating func addVariadic(
    _ type: any OperatorDefinition.Type, _ attributes: [Attribute], _ inputs: [ValueID]
  ) throws -> ValueID {
    try builder.addNode(
      type, version: type.schema.sinceVersions.last ?? 1, attributes: attributes,
      inputs: inputs.map { Optional($0) }, outputCount: 1)[0]!
  }
}
