import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct PadTests {
  private func pad(
    _ mode: String, _ data: Tensor, _ pads: [Int64], _ value: Tensor? = nil, axes: [Int64]? = nil
  )
    throws -> Tensor
  {
    try evaluateTensor(
      PadOp.self, [Attribute("mode", mode)], data, Tensor(pads), value, axes.map { Tensor($0) })
  }

  private let line = Tensor([1, 2, 3] as [Float])

  @Test("Each mode fills what lies beyond the edge in its own way, however far")
  func modes() throws {
    expectClose(try pad("constant", line, [2, 1], Tensor(scalar: Float(9))), [9, 9, 1, 2, 3, 9])
    expectClose(try pad("edge", line, [2, 1]), [1, 1, 1, 2, 3, 3])
    expectClose(try pad("reflect", line, [3, 4]), [2, 3, 2, 1, 2, 3, 2, 1, 2, 3])
    expectClose(try pad("wrap", line, [4, 1]), [3, 1, 2, 3, 1, 2, 3, 1])
  }

  @Test("Negative pads take elements away, on one end or on both")
  func negative() throws {
    expectClose(try pad("constant", line, [-1, 2]), [2, 3, 0, 0])
    expectClose(try pad("edge", line, [1, -2]), [1, 1])
    expectClose(try pad("constant", line, [-5, 4]), [0, 0])
  }

  @Test("Only the named axes are padded")
  func axes() throws {
    let data = Tensor([1, 2, 3, 4] as [Int64], [2, 2])
    let result = try pad("constant", data, [1, 0], Tensor(scalar: Int64(-1)), axes: [-1])
    #expect(result.elements(Int64.self) == [-1, 1, 2, -1, 3, 4])
  }

  @Test("The attributes of old versions mean the same")
  func legacy() throws {
    let result = try evaluateTensor(
      PadOp.self, version: 2, [Attribute("pads", [1, 0]), Attribute("value", Float(2.5))], line)
    expectClose(result, [2.5, 1, 2, 3])
  }

  @Test("Strings are padded with the empty string unless told otherwise")
  func strings() throws {
    let words = Tensor(strings: ["a"], [1])
    #expect(try pad("constant", words, [1, 1]).strings?.elements == ["", "a", ""])
    #expect(
      try pad("constant", words, [0, 1], Tensor(strings: ["-"], .scalar)).strings?.elements == ["a", "-"])
  }

  @Test("An empty axis can't be reflected, an unknown mode is refused")
  func refusals() {
    #expect(throws: ExecutionError.self) { try pad("reflect", Tensor([] as [Float]), [1, 1]) }
    #expect(throws: GraphError.self) { try pad("mirror", line, [1, 1]) }
  }
}
