import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ReductionTests {
  private let box = Tensor((0..<24).map { Float($0) }, [2, 3, 4])

  @Test("Any axes are reduced: the last, the first, those in between, and ones that lie apart")
  func axes() throws {
    let cases: [([Int64], [Double], Shape)] = [
      ([2], [6, 22, 38, 54, 70, 86], [2, 3]), ([0], (0..<12).map { Double(12 + 2 * $0) }, [3, 4]),
      ([1], [12, 15, 18, 21, 48, 51, 54, 57], [2, 4]), ([0, 2], [60, 92, 124], [3]),
      ([-1, 0, 1], [276], .scalar), ([], [276], .scalar),
    ]
    for (axes, expected, shape) in cases {
      let result = try evaluateTensor(
        ReduceSumOp.self, [Attribute("keepdims", 0)], box, Tensor(axes))
      expectClose(result, expected, shape: shape)
    }
  }

  @Test("Axes were an attribute before they were an input")
  func attribute() throws {
    let result = try evaluateTensor(
      ReduceMeanOp.self, version: 13, [Attribute("axes", [1, 2])], box)
    expectClose(result, [5.5, 17.5], shape: [2, 1, 1])
  }

  @Test("With no axes, the function is still applied to every element where none shall be reduced")
  func none() throws {
    let attributes: [Attribute] = [Attribute("noop_with_empty_axes", 1)]
    let x = Tensor([-1, 2] as [Float])
    expectClose(try evaluateTensor(ReduceSumSquareOp.self, attributes, x), [1, 4], shape: [2])
    expectClose(try evaluateTensor(ReduceSumOp.self, attributes, x), [-1, 2], shape: [2])
  }

  @Test("Integers, bools and 16-bit floats are reduced in their own type")
  func types() throws {
    let integers = try evaluateTensor(ReduceProdOp.self, [], Tensor([3, 5, -7] as [Int64]))
    #expect(integers.elements(Int64.self) == [-105])
    let bools = try evaluateTensor(ReduceMaxOp.self, [], Tensor([false, true] as [Bool]))
    #expect(bools.elementType == .bool && bools.doubles == [1])
    let halves = try evaluateTensor(ReduceL2Op.self, [], Tensor([3, 4].map { Half(Float($0)) }))
    expectClose(halves, [5], shape: [1])
  }

  @Test("An empty axis gives the function's neutral value")
  func empty() throws {
    let x = Tensor([Float](), [2, 0])
    let axes = Tensor([1] as [Int64])
    expectClose(try evaluateTensor(ReduceSumOp.self, [], x, axes), [0, 0], shape: [2, 1])
    expectClose(try evaluateTensor(ReduceProdOp.self, [], x, axes), [1, 1], shape: [2, 1])
    expectClose(
      try evaluateTensor(ReduceMaxOp.self, [], x, axes), [-.infinity, -.infinity], shape: [2, 1])
  }

  @Test("The first extreme is found, or the last")
  func arguments() throws {
    let x = Tensor([2, 9, 9, 1, 1, 5] as [Float], [2, 3])
    let attributes: [Attribute] = [Attribute("axis", 1), Attribute("keepdims", 0)]
    #expect(try evaluateTensor(ArgMaxOp.self, attributes, x).elements(Int64.self) == [1, 2])
    let last = try evaluateTensor(
      ArgMaxOp.self, attributes + [Attribute("select_last_index", 1)], x)
    #expect(last.elements(Int64.self) == [2, 2])
    #expect(try evaluateTensor(ArgMinOp.self, attributes, x).elements(Int64.self) == [0, 0])
  }

  @Test("Running sums and products go either way, with or without the element itself")
  func running() throws {
    let x = Tensor([1, 2, 3, 4] as [Int32])
    let axis = Tensor(scalar: Int64(0))
    #expect(try evaluateTensor(CumSumOp.self, [], x, axis).elements(Int32.self) == [1, 3, 6, 10])
    let back = try evaluateTensor(
      CumSumOp.self, [Attribute("reverse", 1), Attribute("exclusive", 1)], x, axis)
    #expect(back.elements(Int32.self) == [9, 7, 4, 0])
    #expect(try evaluateTensor(CumProdOp.self, [], x, axis).elements(Int32.self) == [1, 2, 6, 24])
    #expect(throws: (any Error).self) {
      try evaluateTensor(CumSumOp.self, [], x, Tensor(scalar: Int64(1)))
    }
  }
}
