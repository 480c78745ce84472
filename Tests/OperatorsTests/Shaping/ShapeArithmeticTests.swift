import Graphs
import KernelSelection
import Operators
import Tensors
import TestSupport
import Testing

/// Values that exporters compute from shapes stay known as symbols.
@Suite struct ShapeArithmeticTests {
  private var builder = GraphBuilder(name: "shapes")
  private var data: ValueID
  private var shape: ValueID

  init() throws {
    data = builder.addInput(
      name: "x", type: .tensor(.float32, [Dimension(symbol: "n"), 3, Dimension(symbol: "w")]))
    shape = try builder.add(ShapeOp.self, inputs: [data])[0]
  }

  private func integers(_ values: Int64...) -> Tensor { Tensor(values) }

  private func inferred(_ builder: GraphBuilder, _ value: ValueID) throws -> ValueRecord {
    let kernels = try #require(KernelSelection.supported.first)
    return try GraphInference(kernels: kernels).infer(builder.graph)[value]
  }

  @Test("A reshape by gathered and concatenated extents has symbolic extents")
  func reshapeChain() throws {
    var builder: GraphBuilder = self.builder
    let zero = builder.addConstant(Tensor(scalar: Int64(0)))
    let axes = builder.addConstant(integers(0))
    let batch = try builder.add(GatherOp.self, inputs: [shape, zero])[0]
    let row = try builder.add(UnsqueezeOp.self, inputs: [batch, axes])[0]
    let rest = builder.addConstant(integers(-1))
    let target = try builder.add(ConcatOp.self, [Attribute("axis", 0)], inputs: [row, rest])[0]
    let result = try builder.add(ReshapeOp.self, inputs: [data, target])[0]
    let n = Dimension(symbol: "n")
    #expect(try inferred(builder, result).type == .tensor(.float32, [n, 3 * Dimension(symbol: "w")]))
  }

  @Test("Slices, splits, squeezes and sizes of a shape are known")
  func pieces() throws {
    var builder: GraphBuilder = self.builder
    let starts = builder.addConstant(integers(-2))
    let ends = builder.addConstant(integers(.max))
    let slice = try builder.add(SliceOp.self, inputs: [shape, starts, ends])[0]
    let parts = try builder.add(SplitOp.self, [Attribute("num_outputs", 3)], inputs: [shape], outputCount: 3)
    let width = try builder.add(SqueezeOp.self, inputs: [parts[2]])[0]
    let size = try builder.add(SizeOp.self, inputs: [data])[0]
    let (n, w) = (Dimension(symbol: "n"), Dimension(symbol: "w"))
    #expect(try inferred(builder, slice).known?.dimensions == [3, w])
    #expect(try inferred(builder, parts[1]).known?.tensor?.elements(Int64.self) == [3])
    #expect(try inferred(builder, width).known?.dimensions == [w])
    #expect(try inferred(builder, size).known?.dimensions == [3 * n * w])
  }

  @Test("What is made from a symbolic shape has that shape")
  func targets() throws {
    var builder: GraphBuilder = self.builder
    let ones = try builder.add(ConstantOfShapeOp.self, inputs: [shape])[0]
    let scalar = builder.addConstant(Tensor(scalar: Float(1)))
    let expanded = try builder.add(ExpandOp.self, inputs: [scalar, shape])[0]
    let tiled = try builder.add(TileOp.self, inputs: [data, shape])[0]
    let two = builder.addConstant(Tensor(scalar: Int64(2)))
    let width = try builder.add(GatherOp.self, inputs: [shape, two])[0]
    let zero = builder.addConstant(Tensor(scalar: Int64(0)))
    let one = builder.addConstant(Tensor(scalar: Int64(1)))
    let range = try builder.add(RangeOp.self, inputs: [zero, width, one])[0]
    let (n, w) = (Dimension(symbol: "n"), Dimension(symbol: "w"))
    #expect(try inferred(builder, ones).type?.dimensions == [n, 3, w])
    #expect(try inferred(builder, expanded).type?.dimensions == [n, 3, w])
    #expect(try inferred(builder, tiled).type?.dimensions == [n * n, 9, w * w])
    #expect(try inferred(builder, range).type?.dimensions == [w])
  }

  @Test("A slice of a symbolic axis has its length as a formula")
  func slicedAxis() throws {
    var builder: GraphBuilder = self.builder
    let starts = builder.addConstant(integers(1))
    let ends = builder.addConstant(integers(-1))
    let axes = builder.addConstant(integers(2))
    let slice = try builder.add(SliceOp.self, inputs: [data, starts, ends, axes])[0]
    let expected: [Tensors.Dimension] = [Dimension(symbol: "n"), 3, Dimension(symbol: "w") - 2]
    #expect(try inferred(builder, slice).type?.dimensions == expected)
  }
}
