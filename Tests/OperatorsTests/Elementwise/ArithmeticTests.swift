import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ArithmeticTests {
  @Test("Integer arithmetic wraps, truncates toward zero and never traps")
  func integers() throws {
    let a = Tensor([Int32.max, .min, -7, 7, 5])
    let b = Tensor([1, -1, 2, -2, 0] as [Int32])
    #expect(try evaluateTensor(AddOp.self, [], a, b).elements(Int32.self)[0] == .min)
    #expect(
      try evaluateTensor(DivOp.self, [], a, b).elements(Int32.self) == [.max, .min, -3, -3, 0])
    #expect(
      try evaluateTensor(ModOp.self, [], a, b).elements(Int32.self) == [0, 0, 1, -1, 0])
    #expect(
      try evaluateTensor(ModOp.self, [Attribute("fmod", true)], a, b).elements(Int32.self) == [
        0, 0, -1, 1, 0,
      ])
  }

  @Test("Powers take exponents of other types")
  func powers() throws {
    let base = Tensor([1, 2, 3] as [Float])
    expectClose(try evaluateTensor(PowOp.self, [], base, Tensor([4, 5, 6] as [Int64])), [1, 32, 729])
    expectClose(try evaluateTensor(PowOp.self, [], base, Tensor(scalar: 2 as Float)), [1, 4, 9])
    expectClose(try evaluateTensor(PowOp.self, [], base, Tensor(scalar: -1 as Double)), [1, 0.5, 1 / 3])
    let integers = Tensor([1, -2, 3] as [Int64])
    #expect(
      try evaluateTensor(PowOp.self, [], integers, Tensor([4, 5, 6] as [Int64])).elements(Int64.self) == [
        1, -32, 729,
      ])
    #expect(
      try evaluateTensor(PowOp.self, [], integers, Tensor([2, 3, 0.5] as [Float])).elements(Int64.self) == [
        1, -8, 1,
      ])
    let half = try evaluateTensor(
      PowOp.self, [], Tensor([Half(3 as Float)]), Tensor([Half(2 as Float)]))
    #expect(half.elements(Half.self) == [Half(9 as Float)])
  }

  @Test("Any number of tensors is folded, NaN winning over numbers")
  func variadic() throws {
    let a = Tensor([1, 5, .nan] as [Float])
    let b = Tensor([[2], [0]].flatMap { $0 } as [Float], [2, 1])
    let c = Tensor(scalar: 3 as Float)
    expectClose(
      try evaluateTensor(MinOp.self, [], a, b, c), [1, 2, .nan, 0, 0, .nan], shape: [2, 3])
    expectClose(try evaluateTensor(MaxOp.self, [], a, b, c), [3, 5, .nan, 3, 5, .nan], shape: [2, 3])
    expectClose(try evaluateTensor(SumOp.self, [], a, b, c), [6, 10, .nan, 4, 8, .nan], shape: [2, 3])
    expectClose(try evaluateTensor(MeanOp.self, [], a, b, c), [2, 10 / 3, .nan, 4 / 3, 8 / 3, .nan])
    expectClose(try evaluateTensor(MeanOp.self, [], Tensor([2, 4] as [Double])), [2, 4])
    let halves = Tensor([Half(1 as Float), Half(2 as Float)])
    expectClose(try evaluateTensor(MeanOp.self, [], halves, halves, halves), [1, 2])
  }

  @Test("Bounds clip as constants, as inputs and as the attributes of old models")
  func clip() throws {
    let x = Tensor([-2, 0.5, 3, .nan] as [Float])
    let (low, high) = (Tensor(scalar: -1 as Float), Tensor(scalar: 1 as Float))
    expectClose(try evaluateTensor(ClipOp.self, [], x, low, high), [-1, 0.5, 1, .nan])
    expectClose(try evaluateTensor(ClipOp.self, [], x, low), [-1, 0.5, 3, .nan])
    expectClose(try evaluateTensor(ClipOp.self, [], x, nil, high), [-2, 0.5, 1, .nan])
    expectClose(try evaluateTensor(ClipOp.self, [], x), [-2, 0.5, 3, .nan])
    // Where the bounds cross, the upper one wins.
    expectClose(try evaluateTensor(ClipOp.self, [], x, high, low), [-1, -1, -1, .nan])
    expectClose(
      try evaluateTensor(ClipOp.self, version: 6, [Attribute("min", 0 as Float)], x), [0, 0.5, 3, .nan])
    let integers = Tensor([-9, 0, 9] as [Int8])
    let clipped = try evaluateTensor(
      ClipOp.self, [], integers, Tensor(scalar: -3 as Int8), Tensor(scalar: 4 as Int8))
    #expect(clipped.elements(Int8.self) == [-3, 0, 4])
    #expect(throws: (any Error).self) {
      try evaluateTensor(ClipOp.self, [], x, Tensor([0, 1] as [Float]))
    }
  }

  @Test("The attributes of an old Clip become inputs of the type that its input turns out to have")
  func clipOfUnknownType() throws {
    for input in [Tensor([Half(5 as Float)]), Tensor([Half(-5 as Float)])] {
      var builder = GraphBuilder(name: "clip")
      let x = builder.addInput(name: "x", type: nil)
      let y = try builder.addNode(
        ClipOp.self, version: 6, attributes: [Attribute("min", -1 as Float), Attribute("max", 1 as Float)],
        inputs: [x], outputCount: 1)
      builder.setOutputs(y.compactMap { $0 })
      let result = try run(builder.graph, [input])
      #expect(result.elementType == .float16)
      expectClose(result, [input.doubles[0] > 0 ? 1 : -1])
    }
  }

  @Test("A slope applies to what is negative, and broadcasts one way")
  func prelu() throws {
    let x = Tensor([-1, 2, -3, 4] as [Float], [2, 2])
    let slope = Tensor([0.5, 10] as [Float], [2, 1])
    expectClose(try evaluateTensor(PReluOp.self, [], x, slope), [-0.5, 2, -30, 4], shape: [2, 2])
    #expect(throws: (any Error).self) {
      try evaluateTensor(PReluOp.self, [], Tensor([1] as [Float]), slope)
    }
  }
}
