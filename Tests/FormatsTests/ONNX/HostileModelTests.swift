import Formats
import Models
import Testing

@Suite struct HostileModelTests {
  @Test func aModelTruncatedAnywhereIsAnErrorOrAModel() throws {
    let file: [UInt8] = try ONNXFormat.bytes(of: everyMessage(), isAligned: false)
    var refused: Int = 0
    for count in 0..<file.count where refusal([UInt8](file[..<count])) != nil { refused += 1 }
    #expect(refused > file.count * 9 / 10)
  }

  @Test(arguments: 0..<4) func mutationsAreErrorsOrModels(seed: Int) throws {
    let file: [UInt8] = try ONNXFormat.bytes(of: everyMessage(), isAligned: seed % 2 == 0)
    var random = Seeded(UInt64(seed))
    var refused: Int = 0
    for _ in 0..<2000 {
      var mutant: [UInt8] = file
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&mutant, &random) }
      if let error = refusal(mutant) {
        refused += 1
        #expect(!error.message.isEmpty)
      } else if let model = try? readModel(mutant) {
        _ = try? ONNXFormat.bytes(of: model, isAligned: true)
      }
    }
    #expect(refused > 200)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout Seeded) {
    guard !bytes.isEmpty else { return }
    let position = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[position] ^= 1 << UInt8.random(in: 0...7, using: &random)
    case 2: bytes.remove(at: position)
    case 3: bytes.insert([0, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0, at: position)
    default:
      let end: Int = min(bytes.count, position + Int.random(in: 1...32, using: &random))
      let piece: [UInt8] = [UInt8](bytes[position..<end])
      bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &random))
    }
  }
}
