import Foundation
import NGraph
import Testing

@Suite struct ModelReportTests {
  @Test("An inspection counts operators, parameters, and with known shapes operations and memory")
  func inspection() throws {
    let path: String = SeedModel(name: "mlp-ln").path
    let free = try ModelInspection(path: path)
    #expect(free.problems.isEmpty)
    #expect(free.operators.first { $0.name == "Gemm" }?.count == 3)
    #expect(free.parameterCount == 26_636)
    #expect(free.cost == nil)
    let fixed = try ModelInspection(path: path, shapes: ["images": [8, 64]])
    #expect(fixed.outputs[0].extents == [.known(8), .known(10)])
    // Three products, counting a multiply-add twice, and some operations an element.
    let products: Int = 2 * 8 * (64 * 128 + 128 * 128 + 128 * 10)
    #expect(try (products..<2 * products).contains(#require(fixed.cost).flops))
    #expect(try #require(fixed.cost).activationBytes >= 8 * 128 * 4)
  }

  @Test("A good model has no problems", arguments: SeedModel.all)
  func good(model: SeedModel) {
    #expect(ModelCheck(path: model.path).problems.isEmpty)
  }

  @Test("A file that is no model is one problem of its format")
  func noModel() {
    let check = ModelCheck(path: #filePath)
    #expect(check.problems.map(\.stage) == [.format])
  }

  @Test(
    "Every stage can be written as text and as a drawing", arguments: SeedModel.all, StageDump.Stage.allCases)
  func dumps(model: SeedModel, stage: StageDump.Stage) throws {
    let shape: [Int] = try InferenceSession(path: model.path).inputs[0].extents?.map { $0.value ?? 2 } ?? []
    let text = try StageDump(
      path: model.path, stage: stage, drawing: false, shapes: ["images": shape], options: .init()
    ).text
    #expect(text.contains("images") && text.contains("probabilities"))
    let drawing = try StageDump(
      path: model.path, stage: stage, drawing: true, shapes: ["images": shape], options: .init()
    ).text
    #expect(drawing.hasPrefix("digraph") && drawing.hasSuffix("}\n"))
    #expect(drawing.contains("->"))
  }

  @Test("A plan without all shapes is refused, naming the input")
  func planNeedsShapes() throws {
    let error: NGraphError? = #expect(throws: NGraphError.self) {
      try StageDump(
        path: SeedModel(name: "mlp-ln").path, stage: .plan, drawing: false, shapes: [:], options: .init())
    }
    #expect(error?.stage == .plan)
    #expect(error?.place == "input 'images'")
  }

  @Test("A converted model gives the same bits, aligned, not aligned, and with external data")
  func conversion() throws {
    let folder = try TemporaryFolder()
    let model = SeedModel(name: "cnn-bn")
    func bits(_ path: String) throws -> [Float] {
      let session = try InferenceSession(path: path, options: .init(threads: 1))
      return try session.run([model.images(for: session)])[0].array()
    }
    let reference: [Float] = try bits(model.path)
    _ = try ModelConversion().convert(model.path, to: folder.path("a.onnx"))
    #expect(try bits(folder.path("a.onnx")) == reference)
    _ = try ModelConversion(externalThreshold: 100).convert(folder.path("a.onnx"), to: folder.path("b.onnx"))
    #expect(FileManager.default.fileExists(atPath: folder.path("b.onnx.data")))
    #expect(try bits(folder.path("b.onnx")) == reference)
    _ = try ModelConversion().convert(folder.path("b.onnx"), to: folder.path("c.pb"))
    #expect(try bits(folder.path("c.pb")) == reference)
  }
}
