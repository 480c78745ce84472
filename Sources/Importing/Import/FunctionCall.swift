internal import Graphs
internal import Models

/// A call of a model's function that is being inlined: the values of its attributes, each with the scope
/// whose names a graph among them uses.
final class FunctionCall {
  struct Argument {
    let attribute: ModelAttribute
    let scope: NameScope?
  }

  let arguments: [String: Argument]

  init(_ function: ModelFunction, node: ModelNode, caller: NameScope) {
    var arguments: [String: Argument] = [:]
    for attribute in function.attributeDefaults {
      arguments[attribute.name] = Argument(attribute: attribute, scope: nil)
    }
    for attribute in node.attributes {
      if let resolved = caller.resolve(attribute) { arguments[attribute.name] = resolved }
    }
    self.arguments = arguments
  }
}

extension NameScope {
  /// The attribute with a reference to the calling node's attribute followed; nil where the caller leaves
  /// it out and there is no default.
  func resolve(_ attribute: ModelAttribute) -> FunctionCall.Argument? {
    guard case .reference(let name, _) = attribute.value else {
      return FunctionCall.Argument(attribute: attribute, scope: self)
    }
    guard let call else {
      session.report(
        ImportError(.invalidFunction, "attribute '\(attribute.name)' refers to one of no function"))
      return nil
    }
    guard let argument = call.arguments[name] else { return nil }
    var renamed: ModelAttribute = argument.attribute
    renamed.name = attribute.name
    return FunctionCall.Argument(attribute: renamed, scope: argument.scope)
  }

  /// The scope that has the names of `other`, a scope of `owner` or of a graph around it, and adds what it
  /// captures to `owner`.
  func bridge(to other: NameScope, in owner: GraphScope) -> NameScope {
    guard owner !== other.owner, let around = owner.parent else { return other }
    return NameScope(
      owner: owner, parent: bridge(to: other, in: around), operatorSets: other.operatorSets,
      call: other.call, prefix: other.prefix)
  }

  /// Adds the nodes of `function` in place of `node` and returns its outputs.
  func inline(
    _ function: ModelFunction, key: ImportSession.FunctionKey, node: ModelNode, inputs: [ValueID?],
    place: GraphPlace
  ) -> [ValueID?] {
    if session.callStack.contains(key) {
      session.report(ImportError(.invalidFunction, "the function calls itself", at: place))
      return undefined(node)
    }
    session.inlinedNodes += function.nodes.count
    guard session.callStack.count + owner.depth < ImportSession.deepestNesting,
      session.inlinedNodes <= ImportSession.mostInlinedNodes
    else {
      session.report(
        ImportError(
          .tooLarge,
          "functions nest deeper than \(ImportSession.deepestNesting) or make more than \(ImportSession.mostInlinedNodes) nodes",
          at: place))
      return undefined(node)
    }
    guard inputs.count <= function.inputs.count, node.outputs.count <= function.outputs.count else {
      session.report(
        ImportError(
          .invalidFunction,
          "the function has \(function.inputs.count) inputs and \(function.outputs.count) outputs; the node has \(inputs.count) and \(node.outputs.count)",
          at: place))
      return undefined(node)
    }
    session.callStack.append(key)
    defer { session.callStack.removeLast() }
    let called: String = node.name ?? ""
    let label: String = called.isEmpty ? node.outputs.first { !$0.isEmpty } ?? function.name : called
    let body = NameScope(
      owner: owner,
      operatorSets: OperatorSets(
        function.opsetImports, inheriting: operatorSets, report: { session.report($0) }),
      call: FunctionCall(function, node: node, caller: self), prefix: "\(prefix)\(label)/")
    for (index, name) in function.inputs.enumerated() {
      let id: ValueID? = index < inputs.count ? inputs[index] : nil
      body.define(name, id.map { .value($0) } ?? .absent)
    }
    body.importNodes(function.nodes, declared: function.valueInfos)
    return zip(node.outputs, function.outputs).map { name, formal in
      guard !name.isEmpty else { return nil }
      guard let meaning = body.lookUp(formal), case .value(let id) = meaning else {
        session.report(
          ImportError(.undefinedName, "the function's output '\(formal)' is defined by no node", at: place))
        return owner.builder.addUndefined(name: prefix + name)
      }
      if owner.builder.graph[id].producer != nil { owner.builder.setName(prefix + name, of: id) }
      return id
    }
  }
}
