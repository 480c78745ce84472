import Graphs
import Importing
import Models
import Operators
import TestSupport
import Tensors
import Testing

@Suite struct ExportedFunctionsTests {
  private func residualModel(offsets: [Bool]) throws -> Model {
    var script = TestGraph(.float32)
    var x = script.input([2, 8])
    let residual = script.input([2, 8])
    for hasOffset in offsets {
      x = try script.add(
        ResidualRMSNormalizationOp.self, [], x, residual, script.constant([8]),
        hasOffset ? script.constant([8]) : nil)
    }
    return ModelExporter().exportModel(try script.graph(x))
  }

  @Test("A model carries a function for each operator of our own, spelled in standard operators")
  func functions() throws {
    let model = try residualModel(offsets: [false, false])
    let function = try #require(model.functions.first)
    #expect(model.functions.count == 1)
    #expect(function.domain == "ngraph" && function.name == "ResidualRMSNormalization")
    #expect(function.inputs == ["X", "Residual", "Gain"] && function.outputs == ["Y", "Sum"])
    #expect(function.nodes.map(\.opType) == ["Add", "RMSNormalization"])
    #expect(function.nodes.allSatisfy { $0.domain.isEmpty })
    #expect(model.opsetImports.contains(OperatorSetID(domain: "ngraph", version: 1)))
    #expect(function.opsetImports == model.opsetImports.filter { $0.domain.isEmpty })
    #expect(model.graph.nodes.allSatisfy { $0.outputs.count == 2 && $0.outputs[1].isEmpty })
  }

  @Test("Another set of inputs is an overload of its own, which takes IR version 10")
  func overloads() throws {
    let model = try residualModel(offsets: [false, true])
    #expect(model.functions.map { $0.overload ?? "" } == ["", "2"])
    #expect(model.graph.nodes.map { $0.overload ?? "" } == ["", "2"])
    #expect(model.functions[1].nodes.map(\.opType) == ["Add", "RMSNormalization", "Add"])
    #expect(try #require(model.irVersion) >= 10)
  }

  @Test("Importing such a model gives the operators back, not what their functions say")
  func importing() throws {
    let model = try residualModel(offsets: [true, false])
    let graph = try importer.importGraph(model)
    #expect(graph.operators == Array(repeating: "ngraph::ResidualRMSNormalization", count: 2))
    let again = ModelExporter(template: model).exportModel(graph)
    #expect(again.functions.count == model.functions.count)
  }

  @Test("A function gives the same as its operator")
  func equality() throws {
    for hasOffset in [false, true] {
      let model = try residualModel(offsets: [hasOffset])
      // Under another domain the name is known to nobody, so that the function is used.
      var foreign: Model = model
      foreign.functions[0].domain = "other"
      foreign.graph.nodes[0].domain = "other"
      foreign.opsetImports.append(OperatorSetID(domain: "other", version: 1))
      let (own, inlined) = (try importer.importGraph(model), try importer.importGraph(foreign))
      #expect(inlined.histogram["RMSNormalization"] == 1)
      var generator = SeededGenerator(seed: 2)
      let inputs: [Value?] = (0..<2).map { _ in .tensor(Tensor.random([2, 8], using: &generator)) }
      #expect(relativeDifference(try own.run(inputs)[0], try inlined.run(inputs)[0]) < 1e-6)
    }
  }
}
