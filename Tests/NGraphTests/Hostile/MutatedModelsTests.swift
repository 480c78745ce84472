import Foundation
import NGraph
import Testing

/// Random damage to the seed models, through the whole path from bytes to answers: every file gives one
/// error or a result.
@Suite struct MutatedModelsTests {
  /// How many mutations of each model are tried: NGRAPH_MUTATIONS, or 20,000.
  static let count: Int = ProcessInfo.processInfo.environment["NGRAPH_MUTATIONS"].flatMap { Int($0) } ?? 20000
  /// NGRAPH_SEED, or 1.
  static let seed: UInt64 = ProcessInfo.processInfo.environment["NGRAPH_SEED"].flatMap { UInt64($0) } ?? 1

  /// Whether nothing else runs in this process, so that its memory is what these models took: NGRAPH_ALONE, as
  /// tools/test sets it.
  static let isAlone: Bool = ProcessInfo.processInfo.environment["NGRAPH_ALONE"] != nil

  static let models: [String] = ["mlp-ln", "mlp-bn", "cnn-bn", "rnn-ln", "gru-ln", "transformer-preln"]

  @Test("A damaged model gives one error or a result, in bounded time and memory", arguments: models)
  func damaged(name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "models/\(name)")
    let original = [UInt8](try Data(contentsOf: folder.appending(path: "model.pb")))
    let input = [UInt8](try Data(contentsOf: folder.appending(path: "input.bin")))
    var options = InferenceSession.Options(threads: 1)
    options.memoryLimit = 64 << 20
    options.timeLimit = .seconds(2)
    var results: Int = 0
    var errors: Int = 0
    let start: Int = Self.residentBytes
    for index in 0..<Self.count {
      var random = Mutator(seed: Self.seed &* 1_000_003 &+ UInt64(index))
      let bytes: [UInt8] = random.damage(original)
      let began = ContinuousClock.now
      do {
        let session = try InferenceSession(bytes: bytes, options: options)
        _ = try session.run(Self.inputs(of: session, from: input))
        results += 1
      } catch {
        errors += 1
        #expect(!"\(error)".isEmpty)
      }
      let took = ContinuousClock.now - began
      if took > .seconds(5) { Issue.record("mutation \(index) of \(name), seed \(Self.seed): \(took)") }
    }
    #expect(results + errors == Self.count)
    #expect(errors > 0 && results > 0)
    guard Self.isAlone else { return }
    let grown: Int = Self.residentBytes - start
    #expect(grown < 128 << 20, "\(grown >> 20) MiB more in use after \(Self.count) models")
  }

  @Test("A model cut off after any byte gives an error, or a result where only the end was not needed")
  func truncated() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "models/rnn-ln/model.pb")
    let original = [UInt8](try Data(contentsOf: path))
    var errors: Int = 0
    for count in 0..<original.count {
      do { _ = try InferenceSession(bytes: Array(original[..<count])) } catch { errors += 1 }
    }
    #expect(errors > original.count * 9 / 10)
  }

  /// An image for each input of the session, of the shape that it asks for.
  static func inputs(of session: InferenceSession, from bytes: [UInt8]) throws -> [NDArray] {
    let floats: [Float] = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    return try session.inputs.map { input in
      let shape: [Int] = (input.extents ?? []).map { $0.value ?? 1 }
      let count: Int = shape.reduce(1) { min($0 &* $1, 1 << 20) }
      guard (0..<1 << 20).contains(count) else { throw Unfit() }
      return try NDArray((0..<count).map { floats[$0 % floats.count] }, shape: shape)
    }
  }

  /// The damaged model asks for an input that the test does not give.
  struct Unfit: Error {}

  static var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 4096
  }
}

/// Damages bytes: flips, overwrites, cuts, repeats and joins.
struct Mutator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z: UInt64 = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Most of a model is weights, where damage means little: half of the changes go to the first kilobytes
  /// and to the last, where the structure is.
  private mutating func position(_ count: Int) -> Int {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: Int.random(in: 0..<min(count, 4096), using: &self)
    case 1: count - 1 - Int.random(in: 0..<min(count, 4096), using: &self)
    default: Int.random(in: 0..<count, using: &self)
    }
  }

  mutating func damage(_ original: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = original
    for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
      let at: Int = position(bytes.count)
      switch Int.random(in: 0..<6, using: &self) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[at] = UInt8.random(in: 0...255, using: &self)
      case 2: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &self) ?? 0
      case 3: bytes.removeSubrange(at..<min(at + Int.random(in: 1...16, using: &self), bytes.count))
      case 4:
        let end: Int = min(at + Int.random(in: 1...32, using: &self), bytes.count)
        bytes.insert(contentsOf: bytes[at..<end], at: position(bytes.count))
      default: bytes.removeLast(Int.random(in: 0..<min(bytes.count, 64), using: &self))
      }
    }
    return bytes
  }
}
