import Foundation
import NGraph
import Testing

@Suite struct ModelOptimizationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var target: String { folder.path("optimized.pb") }

  private func optimize(
    _ name: String, _ change: (inout ModelOptimization.Settings) -> Void = { _ in }
  ) throws -> ModelOptimization {
    var settings = ModelOptimization.Settings()
    change(&settings)
    return try ModelOptimization(source: SeedModel(name: name).path, target: target, settings: settings)
  }

  private func error(_ body: () throws -> Void) throws -> NGraphError {
    let thrown: NGraphError? = #expect(throws: NGraphError.self) { try body() }
    return try #require(thrown)
  }

  @Test("An optimized model is a model that gives what was expected", arguments: SeedModel.all)
  func optimizes(model: SeedModel) throws {
    let optimization = try optimize(model.name) { $0.verifies = true }
    #expect(optimization.isWritten)
    let verification = try #require(optimization.verification)
    #expect(verification.comparisons.count == 1 && verification.comparisons[0].passingTolerance < 1e-5)
    #expect(ModelCheck(path: target).problems.isEmpty)
    let session = try InferenceSession(path: target, options: .init(optimizes: false))
    let found: [Float] = try session.run([model.images(for: session)])[0].array()
    let expected: [Float] = try model.expected()
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4) }
    let census = try ModelInspection(path: target)
    #expect(optimization.after.operators == census.operators.reduce(0) { $0 + $1.count })
    #expect(optimization.after.parameters == census.parameterCount)
    #expect(optimization.after.fileBytes == census.fileBytes)
  }

  @Test("Every BatchNormalization of a convolutional network is reported gone, with what was done")
  func batchNormalizations() throws {
    let optimization = try optimize("cnn-bn")
    #expect(optimization.before.normalizations.map(\.name) == ["BatchNormalization"])
    #expect(optimization.before.normalizationCount == 3 && optimization.after.normalizationCount == 0)
    let norms = optimization.fates.filter(\.isNormalization)
    #expect(norms.count == 3)
    #expect(norms.allSatisfy { $0.state == "gone" && $0.obstacles.isEmpty })
    #expect(norms.allSatisfy { $0.changes.contains { $0.hasPrefix("DissolveMaps: ") } })
    #expect(optimization.rules.contains { $0.rule == "DissolveMaps" && $0.count >= 3 })
  }

  @Test("A LayerNormalization before a Relu is reported as what is left of it, and why")
  func layerNormalizations() throws {
    let optimization = try optimize("mlp-ln")
    let norms = optimization.fates.filter(\.isNormalization)
    #expect(norms.map(\.state) == Array(repeating: "now ngraph::OffsetRMSNormalization", count: 2))
    #expect(norms.allSatisfy { $0.obstacles.contains { $0.contains("Relu") } })
    let text: String = optimization.fateLines.flatMap(\.lines).joined(separator: "\n")
    #expect(text.contains("LayerNormalization 'norm1': now ngraph::OffsetRMSNormalization"))
    #expect(optimization.rows.contains(["  LayerNormalization", "2", "0"]))
  }

  @Test("A disabled rule does nothing, and the report says that it was disabled")
  func disabled() throws {
    let optimization = try optimize("cnn-bn") { $0.disabled = ["DissolveMaps"] }
    #expect(optimization.after.normalizationCount == 3)
    #expect(!optimization.rules.contains { $0.rule == "DissolveMaps" })
    let norms = optimization.fates.filter(\.isNormalization)
    #expect(norms.allSatisfy { $0.state == "stays" && $0.obstacles == ["DissolveMaps is disabled"] })
  }

  @Test("No more rewrites are done than allowed", arguments: [0, 1, 2])
  func limit(count: Int) throws {
    let optimization = try optimize("cnn-bn") { $0.maxRewrites = count }
    #expect(optimization.rules.reduce(0) { $0 + $1.count } == count)
    let norms = optimization.fates.filter { $0.isNormalization && $0.state == "stays" }
    #expect(norms.allSatisfy { $0.obstacles.contains("no more rewrites were allowed") })
  }

  @Test("A rule and an initializer that are not there, and a negative limit, are refused")
  func refusals() throws {
    let rule = try error { _ = try optimize("mlp-bn") { $0.disabled = ["FoldEverything"] } }
    #expect(rule.code == "unknownRule" && rule.message.contains("DissolveMaps"))
    let name = try error { _ = try optimize("mlp-bn") { $0.kept = ["nothing"] } }
    #expect(name.code == "unknownInitializer" && name.message.contains("'nothing'"))
    #expect(try error { _ = try optimize("mlp-bn") { $0.maxRewrites = -1 } }.code == "invalidLimit")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test("What is kept stays in the file as it was, and what that stops is reported")
  func kept() throws {
    #expect(try optimize("mlp-bn").fates.first { $0.name == "norm1" }?.state == "gone")
    let optimization = try optimize("mlp-bn") {
      $0.kept = ["dense1.weight"]
      $0.verifies = true
    }
    #expect(optimization.kept == ["dense1.weight"] && optimization.isWritten)
    let norm = try #require(optimization.fates.first { $0.name == "norm1" })
    #expect(!norm.remaining.isEmpty)
    #expect(norm.obstacles.contains { $0 == "'dense1.weight' of Gemm 'dense1' is kept" })
    #expect(optimization.fates.first { $0.name == "norm2" }?.state == "gone")
    #expect(optimization.fateLines.contains { $0.title == "Kept" })
  }

  @Test("A kept parameter of a normalization keeps the normalization", arguments: ["gain", "variance"])
  func keptParameter(name: String) throws {
    let optimization = try optimize("mlp-bn") { $0.kept = ["norm1.\(name)"] }
    let norm = try #require(optimization.fates.first { $0.name == "norm1" })
    #expect(norm.state == "stays" && norm.obstacles.contains("'norm1.\(name)' is kept"))
  }

  @Test("Known shapes give operations and bytes moved, fewer after than before")
  func costs() throws {
    #expect(try optimize("cnn-bn").before.flops == nil)
    let session = try InferenceSession(path: SeedModel(name: "cnn-bn").path)
    let shape: [Int] = [4] + (session.inputs[0].extents ?? []).dropFirst().compactMap(\.value)
    let optimization = try optimize("cnn-bn") { $0.shapes = ["images": shape] }
    let (before, after) = (optimization.before, optimization.after)
    #expect(try #require(after.flops) < #require(before.flops))
    #expect(try #require(after.movedBytes) < #require(before.movedBytes))
    #expect(try InferenceSession(path: target).inputs[0].extents?.first?.value == nil)
  }
}
