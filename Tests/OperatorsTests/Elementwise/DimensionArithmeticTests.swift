import Graphs
import KernelInterface
import KernelSelection
import Operators
import Tensors
import TestSupport
import Testing

/// Arithmetic on symbolic extents, as exporters write it between Shape and Reshape or Expand.
@Suite struct DimensionArithmeticTests {
  private var builder = GraphBuilder(name: "dimensions")
  private let shape: ValueID
  private let n = Dimension(symbol: "n")

  init() throws {
    let x = builder.addInput(name: "x", type: .tensor(.float32, [Dimension(symbol: "n"), 6]))
    shape = try builder.add(ShapeOp.self, inputs: [x])[0]
  }

  private func known<Op: Operator>(
    _ type: Op.Type, with inputs: [Tensor?] = [], _ attributes: [Attribute] = [], shapeAt: Int = 0
  ) throws -> KnownValue? {
    var builder: GraphBuilder = self.builder
    var ids: [ValueID?] = inputs.map { $0.map { builder.addConstant($0) } }
    ids.insert(shape, at: shapeAt)
    let result = try builder.add(type, attributes, inputs: ids)[0]
    return try GraphInference(kernels: KernelSelection.best).infer(builder.graph)[result].known
  }

  @Test("Sums, differences, products and quotients of extents are formulas")
  func formulas() throws {
    let two = Tensor(scalar: Int64(2))
    #expect(try known(AddOp.self, with: [two])?.dimensions == [n + 2, 8])
    #expect(try known(SubOp.self, with: [two])?.dimensions == [n - 2, 4])
    #expect(try known(MulOp.self, with: [Tensor([2, 3] as [Int64])])?.dimensions == [2 * n, 18])
    #expect(try known(DivOp.self, with: [two])?.dimensions == [n.divided(by: 2), 3])
    #expect(try known(MaxOp.self, with: [two])?.dimensions == [.maximum(n, 2), 6])
    #expect(try known(MinOp.self, with: [two])?.dimensions == [.minimum(n, 2), 2])
    #expect(try known(NegOp.self)?.dimensions == [0 - n, -6])
    #expect(try known(CastOp.self, with: [], [Attribute("to", 7)])?.dimensions == [n, 6])
  }

  @Test("A comparison is known where symbols can't change it, and then so is a choice by it")
  func comparisons() throws {
    let negative = Tensor([-1, 6] as [Int64])
    #expect(try known(EqualOp.self, with: [negative])?.tensor?.elements(Bool.self) == [false, true])
    #expect(try known(EqualOp.self, with: [Tensor([4, 6] as [Int64])])?.tensor == nil)
    let choice = Tensor([true, false])
    let chosen = try known(WhereOp.self, with: [choice, Tensor([1, 1] as [Int64])], shapeAt: 1)
    #expect(chosen?.dimensions == [n, 1])
  }
}
