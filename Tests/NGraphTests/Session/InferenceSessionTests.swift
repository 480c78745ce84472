import NGraph
import Testing

@Suite struct InferenceSessionTests {
  private let model = SeedModel(name: "mlp-ln")

  private func error(_ body: () throws -> Void) throws -> NGraphError {
    let thrown: NGraphError? = #expect(throws: NGraphError.self) { try body() }
    return try #require(thrown)
  }

  @Test("Inputs and outputs are described with free dimensions by name")
  func describes() throws {
    let session = try InferenceSession(path: model.path)
    #expect(session.inputs.map(\.description) == ["images: float32[batch, 64]"])
    #expect(session.outputs.map(\.description) == ["probabilities: float32[batch, 10]"])
    #expect(session.inputs[0].dataType == .float32)
    #expect(session.inputs[0].extents == [.symbolic("batch"), .known(64)])
  }

  @Test("A file that is not there is a format error with its path")
  func missingFile() throws {
    let found = try error { _ = try InferenceSession(path: "/nowhere/model.pb") }
    #expect(found.stage == .format)
    #expect(found.code == "notFound")
    #expect(found.place == "/nowhere/model.pb")
  }

  @Test("Bytes that are no model are a format error")
  func noModel() throws {
    let found = try error { _ = try InferenceSession(bytes: [1, 2, 3, 4, 5]) }
    #expect(found.stage == .format)
  }

  @Test("An unknown input name is refused with the names there are")
  func unknownInput() throws {
    let session = try InferenceSession(path: model.path)
    let image = try NDArray([Float](repeating: 0, count: 64), shape: [1, 64])
    let found = try error { _ = try session.run(["images": image, "pictures": image]) }
    #expect(found.stage == .run)
    #expect(found.message.contains("'pictures'") && found.message.contains("'images'"))
  }

  @Test("A missing input is named with its type")
  func missingInput() throws {
    let session = try InferenceSession(path: model.path)
    let found = try error { _ = try session.run([:] as [String: NDArray]) }
    #expect(found.place == "input 'images'")
    #expect(found.message.contains("float32[batch, 64]"))
  }

  @Test("A wrong type and a wrong shape are refused before anything runs")
  func wrongInput() throws {
    let session = try InferenceSession(path: model.path)
    let doubles = try NDArray([Double](repeating: 0, count: 64), shape: [1, 64])
    #expect(try error { _ = try session.run([doubles]) }.code == "invalidInput")
    let short = try NDArray([Float](repeating: 0, count: 63), shape: [1, 63])
    #expect(try error { _ = try session.run([short]) }.code == "invalidInput")
    #expect(try error { _ = try session.run([NDArray]()) }.code == "invalidInput")
  }

  @Test("An empty batch gives an empty result")
  func emptyBatch() throws {
    let session = try InferenceSession(path: model.path)
    let results: [NDArray] = try session.run([NDArray([Float](), shape: [0, 64])])
    #expect(results[0].shape == [0, 10])
  }

  @Test("Options that this machine can't honor are refused")
  func badOptions() throws {
    #expect(
      try error { _ = try InferenceSession(path: model.path, options: .init(kernels: "mmx")) }.code
        == "unsupportedKernels")
    #expect(
      try error { _ = try InferenceSession(path: model.path, options: .init(threads: 0)) }.code
        == "invalidThreads")
  }
}
