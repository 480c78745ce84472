import Graphs
import Importing
import Models
import TestSupport
import Tensors
import Testing

@Suite struct ModelExporterTests {
  private func roundTrip(_ model: Model) throws -> (Graph, Graph, Model) {
    let first = try importer.importGraph(model)
    let exported = ModelExporter(template: model).exportModel(first)
    return (first, try importer.importGraph(exported), exported)
  }

  private func branches(_ then: [ModelNode], _ other: [ModelNode]) -> [ModelAttribute] {
    [
      ModelAttribute(
        "then_branch", .graph(graph(then, outputs: [floats(then[then.count - 1].outputs[0])]))),
      ModelAttribute(
        "else_branch", .graph(graph(other, outputs: [floats(other[other.count - 1].outputs[0])]))),
    ]
  }

  private var conditional: Model {
    model(
      graph(
        [
          node("Mul", ["x", "w"], ["h"]),
          node(
            "If", ["c"], ["y"],
            branches(
              [node("Add", ["h", "w"], ["a"]), node("Add", ["a", "x"], ["t"])],
              [node("Neg", ["h"], ["a"])])),
          node("Neg", ["y"], ["z"]),
        ], inputs: [floats("x", ["n", 2]), bools("c")], outputs: [floats("z", ["n", 2]), floats("h")],
        initializers: [tensor("w", [10, 20])]))
  }

  @Test("Import, export and import again give the same graph")
  func roundTrips() throws {
    let (first, second, exported) = try roundTrip(conditional)
    #expect(difference(first, second) == nil)
    #expect(exported.graph.outputs.map(\.name) == ["z", "h"])
  }

  @Test("A constant that a branch uses too is written once, over the same bytes")
  func sharedConstant() throws {
    let (_, _, exported) = try roundTrip(conditional)
    #expect(exported.graph.initializers.count == 1)
    guard case .bytes(let bytes)? = exported.graph.initializers.first?.data,
      case .bytes(let original)? = conditional.graph.initializers.first?.data
    else {
      Issue.record("no bytes")
      return
    }
    #expect(bytes.count == original.count)
    let inner: [ModelGraph] = exported.graph.nodes.flatMap(\.attributes).compactMap {
      if case .graph(let graph) = $0.value { graph } else { nil }
    }
    #expect(inner.count == 2)
    #expect(inner.allSatisfy { $0.initializers.isEmpty && $0.inputs.isEmpty })
  }

  @Test("Names are used once in the whole model")
  func uniqueNames() throws {
    let (_, _, exported) = try roundTrip(conditional)
    var names: [String] = exported.graph.inputs.map(\.name) + exported.graph.initializers.compactMap(\.name)
    func collect(_ graph: ModelGraph) {
      for node in graph.nodes {
        names += node.outputs
        for attribute in node.attributes {
          if case .graph(let inner) = attribute.value { collect(inner) }
        }
      }
    }
    collect(exported.graph)
    #expect(Set(names).count == names.count)
  }

  @Test("Nodes of the same name get different ones, since runtimes refuse equal names")
  func uniqueNodeNames() throws {
    var first: ModelNode = node("Neg", ["x"], ["h"])
    first.name = "same"
    var second: ModelNode = node("Abs", ["h"], ["y"])
    second.name = "same"
    let twins = model(graph([first, second], inputs: [floats("x", [1])], outputs: [floats("y")]))
    #expect(try roundTrip(twins).2.graph.nodes.map(\.name) == ["same", "same_2"])
  }

  @Test("The lowest operator set that has every node's newest form is imported")
  func operatorSet() throws {
    let add = model(
      graph([node("Add", ["x", "x"], ["y"])], inputs: [floats("x", [1])], outputs: [floats("y")]), opset: 7)
    let (_, _, exported) = try roundTrip(add)
    #expect(exported.opsetImports == [OperatorSetID(domain: "", version: 14)])
    #expect(exported.irVersion == 7)
  }

  @Test("Forms that add element types alone are asked for only where such types are")
  func operatorSetOfTypes() throws {
    let steps: [ModelNode] = [
      node("Transpose", ["x"], ["t"]), node("Identity", ["t"], ["i"]), node("HardSwish", ["i"], ["y"]),
    ]
    let plain = model(graph(steps, inputs: [floats("x", [2, 3])], outputs: [floats("y")]), opset: 28)
    #expect(try roundTrip(plain).2.opsetImports == [OperatorSetID(domain: "", version: 16)])
    let wide = try importer.importGraph(plain)
    var late: Graph = wide
    for index in late.values.indices {
      late[ValueID(index)].type = .tensor(.bfloat16, [Dimension(3), Dimension(2)])
    }
    let exported = ModelExporter().exportModel(late)
    #expect(exported.opsetImports == [OperatorSetID(domain: "", version: 25)])
  }

  @Test("A form that changes or adds an attribute is asked for only where the attribute is set")
  func operatorSetOfAttributes() throws {
    func version(_ name: String, _ inputs: [String], _ attributes: [ModelAttribute]) throws -> Int64? {
      let only = model(
        graph(
          [node(name, inputs, ["y"], attributes)],
          inputs: [floats("x", [1, 1, 4, 4]), floats("z", [1, 1, 4, 4])], outputs: [floats("y")]), opset: 28)
      return try roundTrip(only).2.opsetImports.first { $0.domain.isEmpty }?.version
    }
    let window = ModelAttribute("kernel_shape", .ints([3, 3]))
    for (pool, least) in [("MaxPool", Int64(13)), ("AveragePool", 19), ("LpPool", 18)] {
      #expect(try version(pool, ["x"], [window]) == least)
      #expect(try version(pool, ["x"], [window, ModelAttribute("ceil_mode", .int(1))]) == 22)
    }
    #expect(try version("Mod", ["x", "z"], [ModelAttribute("fmod", .int(1))]) == 13)
    #expect(try version("Mod", ["x", "z"], []) == 28)
    #expect(try version("Attention", ["x", "x", "z"], []) == 23)
    #expect(try version("Attention", ["x", "x", "z"], [ModelAttribute("left_window_size", .int(2))]) == 25)
  }

  @Test("An output that is an input, a constant or an output already keeps its name by way of a copy")
  func outputs() throws {
    let model = model(
      graph(
        [node("Neg", ["x"], ["y"]), node("Identity", ["y"], ["z"])], inputs: [floats("x", [1])],
        outputs: [floats("x"), floats("w"), floats("y"), floats("z")], initializers: [tensor("w", [3])]))
    let (first, second, exported) = try roundTrip(model)
    #expect(difference(first, second) == nil)
    #expect(exported.graph.outputs.map(\.name) == ["x", "w", "y", "z"])
  }

  @Test("What a graph inside a node passes on from an input is a copy, which runtimes want")
  func passedOn() throws {
    let body: ModelGraph = graph(
      [node("Add", ["h", "s"], ["n"])], inputs: [floats("h", [2]), floats("s", [2])],
      outputs: [floats("n"), floats("s")])
    let attributes: [ModelAttribute] = [
      ModelAttribute("body", .graph(body)), ModelAttribute("num_scan_inputs", .int(1)),
    ]
    let scan = model(
      graph(
        [node("Scan", ["a", "b"], ["y", "z"], attributes)], inputs: [floats("a", [2]), floats("b", [3, 2])],
        outputs: [floats("y", [2]), floats("z", [3, 2])]))
    let (_, _, exported) = try roundTrip(scan)
    guard
      case .graph(let inner)? = exported.graph.nodes[0].attributes.first(where: { $0.name == "body" })?.value
    else {
      Issue.record("no body")
      return
    }
    #expect(inner.nodes.map(\.opType) == ["Add", "Identity"])
    #expect(Set(inner.outputs.map(\.name)).isDisjoint(with: inner.inputs.map(\.name)))
  }

  @Test("Producer and metadata come from the template, types from inference")
  func template() throws {
    var model = conditional
    model.producerName = "somebody"
    model.metadata = [MetadataEntry(key: "author", value: "nobody")]
    let (_, _, exported) = try roundTrip(model)
    #expect(exported.producerName == "somebody")
    #expect(exported.metadata == model.metadata)
    let info = try #require(exported.graph.valueInfos.first { $0.name == "y" }?.type)
    guard case .tensor(1, let shape?) = info.kind else {
      Issue.record("no type")
      return
    }
    #expect(shape.map(\.extent) == [.parameter("n"), .value(2)])
  }
}
