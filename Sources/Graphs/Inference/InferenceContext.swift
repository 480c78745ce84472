package import Tensors

/// What an operator sees and says as types are inferred: the types of its inputs and what is known of
/// their values; it sets those of its outputs.
package struct InferenceContext {
  package struct Input: Sendable {
    package var type: ValueType?
    package var known: KnownValue?

    package init(type: ValueType?, known: KnownValue? = nil) {
      self.type = type
      self.known = known
    }
  }

  package struct Output: Sendable {
    package var type: ValueType?
    package var known: KnownValue?
  }

  /// nil for one left out.
  package let inputs: [Input?]
  /// As many as the node has; the operator may leave unknown what it can't tell.
  package var outputs: [Output]
  package let place: GraphPlace
  private var freshCount: Int = 0
  private let freshPrefix: String
  /// Infers a graph that an operator holds, for the given inputs: the types and known values of its outputs.
  private let inferGraph: (Graph, [Input?]) throws(GraphError) -> [Input]

  package init(
    inputs: [Input?], outputCount: Int, place: GraphPlace, freshPrefix: String = "?",
    inferGraph: ((Graph, [Input?]) throws(GraphError) -> [Input])? = nil
  ) {
    self.inputs = inputs
    outputs = Array(repeating: Output(), count: outputCount)
    self.place = place
    self.freshPrefix = freshPrefix
    self.inferGraph = inferGraph ?? { graph, _ in graph.outputs.map { Input(type: graph[$0].type) } }
  }

  // Inputs

  package var inputCount: Int { inputs.count }
  package func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }
  package func type(_ index: Int) -> ValueType? { index < inputs.count ? inputs[index]?.type : nil }
  /// The element type of input `index`, nil where the input is left out, unknown or no tensor.
  package func elementType(_ index: Int) -> ElementType? { type(index)?.elementType }
  /// The dimensions of input `index`, nil where the input is left out or its rank unknown.
  package func dimensions(_ index: Int) -> [Dimension]? { type(index)?.dimensions }
  package func rank(_ index: Int) -> Int? { dimensions(index)?.count }
  /// What is known of the value of input `index`.
  package func known(_ index: Int) -> KnownValue? { index < inputs.count ? inputs[index]?.known : nil }
  /// The value of input `index`, where all of it is known.
  package func tensor(_ index: Int) -> Tensor? { known(index)?.tensor }
  /// The integers of input `index` (int64 or int32, rank 0 or 1), where all are known.
  package func integers(_ index: Int) -> [Int]? { tensor(index)?.integers }
  /// The elements of input `index` as dimensions, known or symbolic (int64 or int32, rank 0 or 1).
  package func knownDimensions(_ index: Int) -> [Dimension]? { known(index)?.dimensions }

  // Outputs

  /// Says the type of a tensor output; `dimensions` nil where not even the rank is known. Ignored for
  /// outputs that the node leaves out.
  package mutating func setOutput(_ index: Int = 0, _ type: ElementType?, _ dimensions: [Dimension]?) {
    guard index < outputs.count, let type else { return }
    outputs[index].type = .tensor(type, dimensions)
  }

  package mutating func setOutput(_ index: Int = 0, type: ValueType?) {
    guard index < outputs.count else { return }
    outputs[index].type = type
  }

  /// Says what is known of the value of an output.
  package mutating func setKnown(_ index: Int = 0, _ known: KnownValue?) {
    guard index < outputs.count else { return }
    outputs[index].known = known
  }

  /// A dimension that only the data tell: a symbol of its own.
  package mutating func freshDimension() -> Dimension {
    freshCount += 1
    return Dimension(symbol: "\(freshPrefix)\(freshCount)")
  }

  /// `axis` counted from the front, refused where it is outside `-rank ..< rank`.
  package func normalized(axis: Int, rank: Int) throws(GraphError) -> Int {
    guard axis >= -rank, axis < rank else {
      throw error(.invalidAttribute, "axis \(axis) is outside [\(-rank), \(rank - 1)] for rank \(rank)")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// `axes` counted from the front, refused where one is out of range or named twice.
  package func normalized(axes: [Int], rank: Int) throws(GraphError) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let positive: Int = try normalized(axis: axis, rank: rank)
      guard !result.contains(positive) else {
        throw error(.invalidAttribute, "axis \(axis) is named twice")
      }
      result.append(positive)
    }
    return result
  }

  /// The dimensions that the given ones broadcast to (ONNX multidirectional broadcasting); nil where a
  /// rank is unknown.
  package mutating func broadcast(_ shapes: [[Dimension]?]) throws(GraphError) -> [Dimension]? {
    var result: [Dimension] = []
    for shape in shapes {
      guard let shape else { return nil }
      let rank: Int = max(result.count, shape.count)
      let left: [Dimension] = Array(repeating: 1, count: rank - result.count) + result
      let right: [Dimension] = Array(repeating: 1, count: rank - shape.count) + shape
      result = []
      for (a, b) in zip(left, right) { result.append(try broadcast(a, b)) }
    }
    return result
  }

  private mutating func broadcast(_ a: Dimension, _ b: Dimension) throws(GraphError) -> Dimension {
    if a == b || b.value == 1 { return a }
    if a.value == 1 { return b }
    if let x = a.value, let y = b.value {
      throw error(.shapeMismatch, "dimensions \(x) and \(y) don't broadcast")
    }
    // One is a symbol that may be 1 at run time; the other, where known, decides.
    if a.value != nil { return a }
    if b.value != nil { return b }
    return freshDimension()
  }

  /// Infers a graph that the operator holds for the given inputs (formal ones, then captures): the types
  /// and known values of its outputs.
  package func infer(_ graph: Graph, inputs: [Input?]) throws(GraphError) -> [Input] {
    try inferGraph(graph, inputs)
  }

  /// An error that names this node.
  package func error(_ code: GraphError.Code, _ message: String) -> GraphError {
    GraphError(code, message, at: place)
  }
}
