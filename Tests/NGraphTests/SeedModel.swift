import Foundation
import NGraph

/// A folder of models/: a trained model, eight images for it, and what they should give.
struct SeedModel: Sendable, CustomStringConvertible {
  static let all: [SeedModel] = ["cnn-bn", "gru-ln", "mlp-bn", "mlp-ln", "rnn-ln", "transformer-preln"]
    .map { SeedModel(name: $0) }

  static let repository: URL = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let name: String

  var description: String { name }
  var folder: URL { Self.repository.appending(path: "models/\(name)") }
  var path: String { folder.appending(path: "model.pb").path }

  /// The images in the shape that `session` takes.
  func images(for session: InferenceSession) throws -> NDArray {
    let pixels: [Float] = try Self.floats(folder.appending(path: "input.bin"))
    let extents: [Int] = (session.inputs.first?.extents ?? []).dropFirst().compactMap(\.value)
    let image: Int = extents.reduce(1, *)
    return try NDArray(pixels, shape: [pixels.count / image] + extents)
  }

  func expected() throws -> [Float] { try Self.floats(folder.appending(path: "expected.bin")) }

  private static func floats(_ file: URL) throws -> [Float] {
    try Data(contentsOf: file).withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}

/// A folder that is removed with its value's last use.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "ngraph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
}
