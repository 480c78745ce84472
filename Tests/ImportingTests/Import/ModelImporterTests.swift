import Graphs
import Importing
import Models
import TestSupport
import Tensors
import Testing

@Suite struct ModelImporterTests {
  @Test("Dimensions that share a name are equal; unnamed ones are not")
  func dimensions() throws {
    let model = model(
      graph(
        [node("Add", ["x", "y"], ["z"])],
        inputs: [floats("x", ["n", nil, 3]), floats("y", ["n", nil, 3])], outputs: [floats("z")]))
    let imported = try importer.importGraph(model)
    let x = try #require(imported[imported.inputs[0]].type?.dimensions)
    let y = try #require(imported[imported.inputs[1]].type?.dimensions)
    #expect(x[0] == y[0])
    #expect(x[1] != y[1])
    let z = try #require(imported[imported.outputs[0]].type?.dimensions)
    #expect(z[0] == x[0])
    #expect(z[2] == 3)
  }

  @Test("An initializer that is an input too is a constant")
  func overridableInput() throws {
    let model = model(
      graph(
        [node("Add", ["x", "w"], ["y"])], inputs: [floats("x", [2]), floats("w", [2])],
        outputs: [floats("y")], initializers: [tensor("w", [10, 20])]))
    let imported = try importer.importGraph(model)
    #expect(imported.inputs.count == 1)
    #expect(try run(model, [Tensor([1, 2] as [Float])])[0].doubles == [11, 22])
  }

  @Test("Nodes may stand in any order")
  func unsorted() throws {
    let model = model(
      graph(
        [node("Neg", ["b"], ["c"]), node("Add", ["a", "x"], ["b"]), node("Neg", ["x"], ["a"])],
        inputs: [floats("x", [1])], outputs: [floats("c")]))
    #expect(try run(model, [Tensor([3] as [Float])])[0].doubles == [0])
  }

  @Test("A cycle is refused, and said to be one")
  func cycle() {
    let model = model(
      graph(
        [node("Add", ["x", "b"], ["a"]), node("Neg", ["a"], ["b"])], inputs: [floats("x", [1])],
        outputs: [floats("b")]))
    #expect(problems(model).contains(.cycle))
    #expect(!problems(model).contains(.duplicateName))
  }

  @Test("Everything wrong is reported at once, unsupported operators first and counted")
  func allProblems() throws {
    let model = model(
      graph(
        [
          node("Relux", ["x"], ["a"], name: "first"), node("Relux", ["a"], ["b"]),
          node("Add", ["b", "nowhere"], ["c"]), node("Neg", ["x"], ["c"]),
          node("Neg", ["x"], ["d"], [ModelAttribute("speed", .int(1))]),
          node("Warp", ["x"], ["e"]),
        ], inputs: [floats("x", [1])], outputs: [floats("c"), floats("missing")]))
    let found: [ImportError] = importer.problems(of: model)
    #expect(
      found.map(\.code) == [
        .unsupportedOperator, .unsupportedOperator, .undefinedName, .duplicateName, .invalidNode,
        .undefinedName,
      ])
    #expect(found[0].message.contains("2 nodes"))
    #expect(found[0].message.contains("'Relu'"))
    #expect(found[0].place.node == "first")
    #expect(found[0].place.opset == 21)
    #expect {
      try importer.importGraph(model)
    } throws: { error in
      (error as? ImportError)?.problems.count == 6 && "\(error)".contains("5 more problems")
    }
  }

  @Test("An old form of an operator is told from an unknown one")
  func oldForm() {
    let model = model(
      graph([node("Add", ["x", "x"], ["y"])], inputs: [floats("x", [1])], outputs: [floats("y")]), opset: 5)
    let found: [ImportError] = importer.problems(of: model)
    #expect(found.map(\.code) == [.unsupportedOperator])
    #expect(found[0].message.contains("older than the oldest supported form, 7"))
  }

  @Test("A newer operator set, and one that is not imported, are named")
  func operatorSets() {
    var newer = model(
      graph([node("Neg", ["x"], ["y"])], inputs: [floats("x", [1])], outputs: [floats("y")]), opset: 99)
    #expect(problems(newer) == [.unsupportedOperatorSet])
    newer.opsetImports = []
    #expect(problems(newer) == [.unsupportedOperatorSet])
    newer.opsetImports = [OperatorSetID(domain: "ai.onnx", version: 13)]
    #expect(problems(newer) == [])
  }

  @Test("A shape error names its node and its value")
  func shapeError() throws {
    let model = model(
      graph(
        [node("Add", ["x", "y"], ["z"], name: "sum")], inputs: [floats("x", [2]), floats("y", [3])],
        outputs: [floats("z")]))
    let found: [ImportError] = importer.problems(of: model)
    #expect(found.map(\.code) == [.invalidNode])
    #expect(found.first?.place.node == "sum")
    #expect(found.first?.description.contains("Add-21") == true)
  }
}
