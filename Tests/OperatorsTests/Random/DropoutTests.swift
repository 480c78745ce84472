import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct DropoutTests {
  private let data = Tensor((0..<1000).map { Float($0) + 1 })

  private func dropout(_ attributes: [Attribute], _ inputs: [Value?]) throws -> (Tensor, Tensor) {
    let outputs = try evaluate(DropoutOp.self, attributes, inputs: inputs, outputCount: 2)
    return (try #require(outputs[0]?.tensor), try #require(outputs[1]?.tensor))
  }

  @Test("Inference returns the input and a mask of true")
  func inference() throws {
    let (output, mask) = try dropout([], [.tensor(data), .tensor(Tensor(scalar: Float(0.9)))])
    #expect(output.elements(Float.self) == data.elements(Float.self))
    #expect(mask.doubles.allSatisfy { $0 == 1 })
  }

  @Test("Training scales what it keeps, and a seed gives the same mask again")
  func training() throws {
    let inputs: [Value?] = [
      .tensor(data), .tensor(Tensor(scalar: Float(0.25))), .tensor(Tensor(scalar: true)),
    ]
    let (output, mask) = try dropout([Attribute("seed", 7)], inputs)
    let kept: [Double] = mask.doubles
    #expect((700...800).contains(kept.reduce(0, +)))
    expectClose(output, zip(data.doubles, kept).map { $0 * $1 / 0.75 })
    #expect(try dropout([Attribute("seed", 7)], inputs).1.doubles == kept)
    #expect(try dropout([Attribute("seed", 8)], inputs).1.doubles != kept)
  }

  @Test("A ratio of 0 drops nothing in training, a ratio of 1 is refused")
  func ratios() throws {
    let all = try dropout(
      [], [.tensor(data), .tensor(Tensor(scalar: Float(0))), .tensor(Tensor(scalar: true))])
    #expect(all.0.elements(Float.self) == data.elements(Float.self))
    #expect(throws: ExecutionError.self) {
      try dropout([], [.tensor(data), .tensor(Tensor(scalar: Float(1))), .tensor(Tensor(scalar: true))])
    }
  }
}
