import Foundation
import NGraph
import Testing

/// Every model in models/, end to end.
@Suite struct SeedModelTests {
  @Test("A seed model gives what ONNX Runtime gave", arguments: SeedModel.all, [true, false])
  func matches(model: SeedModel, optimizes: Bool) throws {
    for kernels in InferenceSession.kernelTables {
      let options = InferenceSession.Options(threads: 1, optimizes: optimizes, kernels: kernels)
      let session = try InferenceSession(path: model.path, options: options)
      let found: [Float] = try run(model, session)
      let expected: [Float] = try model.expected()
      #expect(found.count == expected.count)
      let scale: Float = expected.map(\.magnitude).max() ?? 1
      let error: Float = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error <= 1e-4 * scale, "\(kernels): error \(error) of \(scale)")
    }
  }

  @Test("One thread and two give the same bits", arguments: SeedModel.all)
  func sameBits(model: SeedModel) throws {
    let results: [[UInt32]] = try [1, 2].map { threads in
      let session = try InferenceSession(
        path: model.path, options: InferenceSession.Options(threads: threads))
      return try run(model, session).map(\.bitPattern)
    }
    #expect(results[0] == results[1])
  }

  @Test("Runs at the same time on one session don't disturb each other", arguments: SeedModel.all)
  func concurrentRuns(model: SeedModel) async throws {
    let session = try InferenceSession(path: model.path, options: InferenceSession.Options(threads: 2))
    let images: NDArray = try model.images(for: session)
    let pixels: [Float] = try images.array()
    let image: Int = pixels.count / images.shape[0]
    // Batches of different sizes, so that several plans are made and used at the same time.
    let reference: [[UInt32]] = try (1...4).map {
      try Self.run(session, pixels, image, images.shape, batch: $0)
    }
    let fresh = try InferenceSession(path: model.path, options: InferenceSession.Options(threads: 2))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for task in 0..<16 {
        group.addTask {
          var isSame: Bool = true
          for turn in 0..<8 {
            let batch: Int = (task + turn) % 4 + 1
            let found: [UInt32] = try Self.run(fresh, pixels, image, images.shape, batch: batch)
            if found != reference[batch - 1] { isSame = false }
          }
          return isSame
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }

  @Test("A model opens from bytes as from its file")
  func opensFromBytes() throws {
    let model = SeedModel(name: "mlp-ln")
    let bytes: [UInt8] = Array(try Data(contentsOf: URL(filePath: model.path)))
    let options = InferenceSession.Options(threads: 1)
    let session = try InferenceSession(bytes: bytes, options: options)
    let found: [Float] = try run(model, session)
    let reference: [Float] = try run(model, InferenceSession(path: model.path, options: options))
    #expect(found == reference)
  }

  private func run(_ model: SeedModel, _ session: InferenceSession) throws -> [Float] {
    let results: [NDArray] = try session.run([try model.images(for: session)])
    return try #require(results.first).array()
  }

  private static func run(
    _ session: InferenceSession, _ pixels: [Float], _ image: Int, _ shape: [Int], batch: Int
  ) throws -> [UInt32] {
    let part = try NDArray(Array(pixels[0..<batch * image]), shape: [batch] + shape.dropFirst())
    let results: [NDArray] = try session.run([part])
    return try results.flatMap { try $0.array(of: Float.self) }.map(\.bitPattern)
  }
}
