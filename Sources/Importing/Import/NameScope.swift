internal import Graphs
internal import Models
internal import Tensors

/// A graph that is being built, with the outer values that it uses.
final class GraphScope {
  var builder: GraphBuilder
  unowned let session: ImportSession
  /// The graph around; nil for the model's.
  let parent: GraphScope?
  let depth: Int
  /// Starts the names of dimensions that only the data tell, differently in every graph.
  let symbolPrefix: String
  /// For each of the last inputs, the value of the graph around that it stands for.
  var captures: [ValueID] = []
  /// The types that the model declares, by value.
  var declared: [ValueID: ValueType] = [:]

  init(name: String, session: ImportSession, parent: GraphScope?) {
    builder = GraphBuilder(name: name)
    self.session = session
    self.parent = parent
    depth = parent.map { $0.depth + 1 } ?? 0
    symbolPrefix = parent == nil ? "?" : "?g\(session.nextGraph())."
  }

  /// The graph with the types that the model declares and no inferred ones: the operator that holds a
  /// graph infers it for the inputs that it passes.
  var declaredGraph: Graph {
    var graph: Graph = builder.graph
    for index in graph.values.indices where graph.values[index].constant == nil {
      graph[ValueID(index)].type = declared[ValueID(index)]
      graph[ValueID(index)].known = nil
    }
    return graph
  }
}

/// The names that nodes see, and the graph that they are added to: a graph's own names, those of the
/// graphs around, or a function's.
final class NameScope {
  /// What a name stands for.
  enum Meaning {
    case value(ValueID)
    /// An input of a function that its caller leaves out.
    case absent
  }

  let owner: GraphScope
  /// Where names are looked up that this scope does not define.
  let parent: NameScope?
  let operatorSets: OperatorSets
  /// The call that is being inlined.
  let call: FunctionCall?
  /// Goes before the names of nodes and values, which a function's call makes unique.
  let prefix: String
  private var names: [String: Meaning] = [:]
  /// Names that were used, reported as undefined and given a stand-in.
  private var standIns: Set<String> = []

  init(
    owner: GraphScope, parent: NameScope? = nil, operatorSets: OperatorSets, call: FunctionCall? = nil,
    prefix: String = ""
  ) {
    self.owner = owner
    self.parent = parent
    self.operatorSets = operatorSets
    self.call = call
    self.prefix = prefix
  }

  var session: ImportSession { owner.session }

  /// What `name` stands for here; nil where nothing defines it. An outer constant is a constant here; any
  /// other outer value becomes one more input of the graph.
  func lookUp(_ name: String) -> Meaning? {
    if let own = names[name] { return own }
    guard let parent, let outer = parent.lookUp(name) else { return nil }
    guard case .value(let outerID) = outer, parent.owner !== owner else {
      names[name] = outer
      return outer
    }
    let record: ValueRecord = parent.owner.builder.graph[outerID]
    let id: ValueID
    if let constant = record.constant {
      id = owner.builder.addConstant(constant, name: record.name)
    } else if let index = owner.captures.firstIndex(of: outerID) {
      let inputs: [ValueID] = owner.builder.graph.inputs
      id = inputs[inputs.count - owner.captures.count + index]
    } else {
      id = owner.builder.addInput(name: record.name, type: record.type)
      owner.builder.setKnown(record.known, of: id)
      owner.captures.append(outerID)
    }
    names[name] = .value(id)
    return .value(id)
  }

  /// Whether this scope itself, not one around it, defines `name`.
  func defines(_ name: String) -> Bool { names[name] != nil }

  /// Says what `name` stands for; a second definition is a problem, and the first one stands.
  func define(_ name: String, _ meaning: Meaning) {
    if names[name] != nil, standIns.remove(name) == nil {
      session.report(
        ImportError(.duplicateName, "the value is defined more than once", at: GraphPlace(value: name)))
    } else {
      names[name] = meaning
    }
  }

  /// Gives a name that nothing defines, which was reported, a value.
  func defineStandIn(_ name: String) -> ValueID {
    let id: ValueID = owner.builder.addUndefined(name: prefix + name)
    standIns.insert(name)
    names[name] = .value(id)
    return id
  }

  /// Adds a graph input.
  func defineInput(_ info: ValueInfo) {
    guard !info.name.isEmpty else {
      session.report(ImportError(.undefinedName, "an input of the graph has no name"))
      return
    }
    let type: ValueType? = declaredType(info)
    let id: ValueID = owner.builder.addInput(name: prefix + info.name, type: type)
    owner.declared[id] = type
    define(info.name, .value(id))
  }

  func declaredType(_ info: ValueInfo) -> ValueType? {
    do throws(ImportError) { return try TypeImport.type(info.type, name: prefix + info.name) } catch {
      session.report(error)
      return nil
    }
  }

  /// Adds the graph's initializers and returns their names.
  func defineConstants(of model: ModelGraph) -> Set<String> {
    var found: Set<String> = []
    func add(_ name: String?, _ make: (String) throws(ImportError) -> Tensor) {
      guard let name, !name.isEmpty else {
        session.report(ImportError(.undefinedName, "an initializer has no name"))
        return
      }
      found.insert(name)
      // Inside a subgraph an initializer may give an input its default; the input stands.
      if owner.parent != nil, defines(name) { return }
      do throws(ImportError) {
        let tensor: Tensor = try make(name)
        define(name, .value(owner.builder.addConstant(tensor, name: prefix + name)))
      } catch {
        session.report(error)
        define(name, .value(owner.builder.addUndefined(name: name)))
      }
    }
    for tensor in model.initializers {
      add(tensor.name) { name throws(ImportError) in try TensorImport.tensor(tensor, name: name) }
    }
    for sparse in model.sparseInitializers {
      add(sparse.values.name) { name throws(ImportError) in try TensorImport.dense(sparse, name: name) }
    }
    return found
  }

  /// The value of a graph output.
  func output(_ info: ValueInfo) -> ValueID? {
    guard let meaning = lookUp(info.name), case .value(let id) = meaning else {
      session.report(
        ImportError(
          .undefinedName, "the graph's output is defined by no node", at: GraphPlace(value: info.name)))
      return nil
    }
    if owner.parent == nil { checkDeclared(info, of: id) }
    return id
  }

  /// Reports an output that is declared as something that it is not.
  private func checkDeclared(_ info: ValueInfo, of id: ValueID) {
    guard let found = owner.builder.graph[id].type?.elementType,
      case .tensor(let declared, _)? = try? TypeImport.type(info.type, name: info.name), declared != found
    else { return }
    session.report(
      ImportError(
        .unsupportedType, "the output is declared as \(declared.name) and computed as \(found.name)",
        at: GraphPlace(value: info.name)))
  }
}
