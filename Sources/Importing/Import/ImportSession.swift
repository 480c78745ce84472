internal import Graphs
internal import Models
internal import Tensors

/// One import of one model: its functions, its limits, and what was found to be wrong with it.
final class ImportSession {
  /// A function's identity.
  struct FunctionKey: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  /// How deep subgraphs and function calls may nest, together.
  static let deepestNesting: Int = 64
  /// How many nodes inlining may make.
  static let mostInlinedNodes: Int = 1 << 17

  let inference: GraphInference
  let operatorSets: OperatorSets
  private(set) var functions: [FunctionKey: ModelFunction] = [:]
  private(set) var problems: [ImportError] = []
  private var unsupported = UnsupportedOperators()
  /// The functions that are being inlined, outermost first.
  var callStack: [FunctionKey] = []
  var inlinedNodes: Int = 0
  /// Domains without a version that were reported.
  private var unknownDomains: Set<String> = []
  private var graphCount: Int = 0

  init(_ model: Model, inference: GraphInference) {
    self.inference = inference
    var found: [ImportError] = []
    operatorSets = OperatorSets(model.opsetImports) { found.append($0) }
    for function in model.functions {
      let key = FunctionKey(
        domain: OperatorSets.canonical(function.domain), name: function.name,
        overload: function.overload ?? "")
      if functions.updateValue(function, forKey: key) != nil {
        found.append(
          ImportError(.duplicateName, "function '\(key.name)' of '\(key.domain)' is defined twice"))
      }
    }
    problems = found
  }

  /// Everything that was found, unsupported operators first.
  var allProblems: [ImportError] { unsupported.problems + problems }

  func report(_ problem: ImportError) { problems.append(problem) }

  func reportUnsupported(_ name: String, domain: String, version: Int?, at place: GraphPlace) {
    unsupported.add(name, domain: domain, version: version, at: place)
  }

  func reportUnsupported(_ error: GraphError, _ name: String, domain: String, version: Int) {
    unsupported.add(name, domain: domain, version: version, at: error.place, reason: error.message)
  }

  /// The version of `domain` in `sets`; one that is not imported is reported once, and 1.
  func version(of domain: String, in sets: OperatorSets, at place: GraphPlace) -> Int {
    if let version = sets[domain] { return version }
    if unknownDomains.insert(domain).inserted {
      report(
        ImportError(
          .unsupportedOperatorSet, "the model imports no operator set of '\(OperatorSets.shown(domain))'",
          at: place))
    }
    return OperatorSets.newest[domain] ?? 1
  }

  /// A number of its own for a subgraph.
  func nextGraph() -> Int {
    graphCount += 1
    return graphCount
  }

  /// The graph of the model, with holes where something is wrong.
  func importMain(_ model: ModelGraph) -> Graph {
    let scope = NameScope(
      owner: GraphScope(name: model.name ?? "", session: self, parent: nil), operatorSets: operatorSets)
    let constants: Set<String> = scope.defineConstants(of: model)
    for input in model.inputs where !constants.contains(input.name) {
      scope.defineInput(input)
    }
    scope.importNodes(model.nodes, declared: model.outputs + model.valueInfos)
    var outputs: [ValueID] = []
    var outputNames: [String] = []
    var names: Set<String> = []
    for output in model.outputs {
      guard names.insert(output.name).inserted else {
        report(ImportError(.duplicateName, "the output is named twice", at: GraphPlace(value: output.name)))
        continue
      }
      if let id = scope.output(output) {
        outputs.append(id)
        outputNames.append(output.name)
      }
    }
    if model.outputs.isEmpty {
      report(ImportError(.undefinedName, "the graph has no outputs"))
    }
    scope.owner.builder.setOutputs(outputs, names: outputNames)
    return scope.owner.builder.graph
  }

  /// The graph inside a node whose names are looked up in `outer`.
  func importSubgraph(_ model: ModelGraph, in outer: NameScope) -> Subgraph? {
    guard outer.owner.depth + callStack.count < Self.deepestNesting else {
      report(ImportError(.tooLarge, "subgraphs nest deeper than \(Self.deepestNesting)"))
      return nil
    }
    let scope = NameScope(
      owner: GraphScope(name: model.name ?? "", session: self, parent: outer.owner), parent: outer,
      operatorSets: outer.operatorSets, call: outer.call, prefix: outer.prefix)
    for input in model.inputs { scope.defineInput(input) }
    let formalCount: Int = scope.owner.builder.graph.inputs.count
    _ = scope.defineConstants(of: model)
    scope.importNodes(model.nodes, declared: model.outputs + model.valueInfos)
    scope.owner.builder.setOutputs(model.outputs.compactMap { scope.output($0) })
    return Subgraph(
      graph: scope.owner.declaredGraph, formalInputCount: formalCount, captures: scope.owner.captures)
  }
}
