import Foundation
import NGraph
import Testing

@Suite struct InputFilesTests {
  private static let two: [ValueDescription] = [
    ValueDescription(name: "a", kind: .array(.float32, [.symbolic("n"), .known(2)])),
    ValueDescription(name: "b", kind: .array(.int64, [.symbolic("n")])),
  ]

  private func array(_ value: ModelValue) throws -> NDArray { try #require(value.array) }

  @Test("A raw file's size gives the free dimension, and its name serves the inputs after it")
  func raw() throws {
    let folder = try TemporaryFolder()
    try Data(count: 3 * 2 * 4).write(to: folder.url.appending(path: "a.bin"))
    let files = InputFiles(arguments: [folder.path("a.bin")], filling: .ones)
    let values: [ModelValue] = try files.read(for: Self.two)
    #expect(try array(values[0]).shape == [3, 2])
    #expect(try array(values[1]).array(of: Int64.self) == [1, 1, 1])
  }

  @Test("name=path gives the input of that name, whatever the order")
  func named() throws {
    let folder = try TemporaryFolder()
    try Data(count: 2 * 8).write(to: folder.url.appending(path: "b.bin"))
    let files = InputFiles(arguments: ["b=" + folder.path("b.bin")], filling: .random(seed: 7))
    let values: [ModelValue] = try files.read(for: Self.two)
    #expect(try array(values[0]).shape == [2, 2])
    #expect(try array(values[0]).array(of: Float.self).allSatisfy { (-1..<1).contains($0) })
  }

  @Test("What was written to a folder or archive is read back from it", arguments: ["out", "out.npz"])
  func writtenAndRead(name: String) throws {
    let folder = try TemporaryFolder()
    let values: [ModelValue] = try InputFiles(
      arguments: [], shapes: ["a": [2, 2]], filling: .random(seed: 3)
    )
    .read(for: Self.two)
    let files = OutputFiles(path: folder.path(name))
    try files.write(values, outputs: Self.two)
    let read: [ModelValue?] = try files.read(like: values, outputs: Self.two)
    for (index, value) in values.enumerated() {
      #expect(OutputComparison(name: "", found: value, expected: read[index]).passes(0))
    }
  }

  @Test("The same seed gives the same values, another others")
  func seeds() throws {
    func values(_ seed: UInt64) throws -> [Float] {
      let files = InputFiles(arguments: [], shapes: ["a": [8, 2]], filling: .random(seed: seed))
      return try array(files.read(for: Self.two)[0]).array()
    }
    #expect(try values(1) == values(1))
    #expect(try values(1) != values(2))
  }

  @Test("Values that no memory holds are refused, not made up")
  func tooLarge() throws {
    let files = InputFiles(arguments: [], shapes: ["a": [1 << 40, 2]], filling: .ones)
    let error: NGraphError? = #expect(throws: NGraphError.self) { try files.read(for: Self.two) }
    #expect(error?.code == "tooLarge")
    #expect(error?.place == "input 'a'")
  }

  @Test("Inputs without file or filling are all named")
  func missing() throws {
    let error: NGraphError? = #expect(throws: NGraphError.self) {
      try InputFiles(arguments: []).read(for: Self.two)
    }
    #expect(error?.message.contains("a: float32[n, 2]; b: int64[n]") == true)
  }

  @Test(
    "Shapes that contradict the model or each other are refused",
    arguments: [["a": [2, 3]], ["a": [2]], ["c": [1]], ["a": [2, 2], "b": [3]]])
  func badShapes(shapes: [String: [Int]]) {
    #expect(throws: NGraphError.self) {
      try InputFiles(arguments: [], shapes: shapes, filling: .ones).read(for: Self.two)
    }
  }

  @Test("One file more than there are inputs is refused, and so is one given twice")
  func tooMany() throws {
    #expect(throws: NGraphError.self) {
      try InputFiles(arguments: ["1.bin", "2.bin", "3.bin"]).read(for: Self.two)
    }
    #expect(throws: NGraphError.self) {
      try InputFiles(arguments: ["a=1.bin", "a=2.bin"]).read(for: Self.two)
    }
  }
}
