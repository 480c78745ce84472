internal import Graphs
internal import KernelInterface
internal import Tensors

/// The geometry of a matrix product with broadcast batches, as numpy's `matmul` defines it: the last two axes
/// are matrices, a vector on the left is a row and on the right a column, and the axes in front broadcast.
struct MatrixProduct: Sendable {
  var m: Int
  var n: Int
  var k: Int
  /// Matrices in the result, and how many A and B hold.
  var batch: Int
  var aMatrices: Int
  var bMatrices: Int
  /// For each matrix of the result, which matrix of A and of B; empty where the counts alone say it: a
  /// single one is used by all, else they go in step.
  var pairs: [(a: Int, b: Int)] = []

  /// For shapes that inference accepted. With `mergesRows` a single B sees the rows of all A as one matrix.
  init(_ a: Shape, _ b: Shape, mergesRows: Bool = true) {
    m = a.rank == 1 ? 1 : a[a.rank - 2]
    k = a[a.rank - 1]
    n = b.rank == 1 ? 1 : b[b.rank - 1]
    let aBatch = Shape(Array(a.extents.dropLast(2)))
    let bBatch = Shape(Array(b.extents.dropLast(2)))
    let all: Shape = Shape.broadcast(aBatch, bBatch) ?? aBatch
    batch = all.count
    aMatrices = aBatch.count
    bMatrices = bBatch.count
    if bMatrices == 1, mergesRows {
      // One B serves all: the rows of all A are rows of one matrix.
      m *= aMatrices
      batch = 1
      aMatrices = 1
    } else if aMatrices != 1, bMatrices != 1, aMatrices != batch || bMatrices != batch {
      let aIndex: [Int] = Self.sources(aBatch, all)
      let bIndex: [Int] = Self.sources(bBatch, all)
      pairs = zip(aIndex, bIndex).map { ($0, $1) }
    }
  }

  /// For each element of `all`, the element of `shape` that broadcasts to it.
  private static func sources(_ shape: Shape, _ all: Shape) -> [Int] {
    let strides: [Int] = shape.strides
    var result: [Int] = [0]
    for axis in 0..<all.rank {
      let own: Int = axis - (all.rank - shape.rank)
      let step: Int = own < 0 || shape[own] == 1 ? 0 : strides[own]
      var next: [Int] = []
      next.reserveCapacity(result.count * all[axis])
      for base in result {
        for index in 0..<all[axis] { next.append(base + index * step) }
      }
      result = next
    }
    return result
  }

  /// A step that computes the product in the element type of `y`; 16-bit floats were widened before.
  func prepare(
    _ context: inout PrepareContext, a: PrepareContext.Operand, b: PrepareContext.Operand,
    y: PrepareContext.Operand, ending: ProductEnding = ProductEnding()
  ) throws(PlanError) -> Step {
    switch y.elementType {
    case .float32:
      return prepareFloat(&context, context.kernels.gemmF32, a: a, b: b, y: y, ending: ending)
    case .float64:
      return prepareFloat(&context, context.kernels.gemmF64, a: a, b: b, y: y, ending: ending)
    case .int32, .uint32: return integerStep(Int32.self, a: a.slot, b: b.slot, y: y.slot)
    case .int64, .uint64: return integerStep(Int64.self, a: a.slot, b: b.slot, y: y.slot)
    default: throw context.unsupported(y.elementType)
    }
  }

  private func prepareFloat<Element>(
    _ context: inout PrepareContext, _ kernels: GemmKernels<Element>, a: PrepareContext.Operand,
    b: PrepareContext.Operand, y: PrepareContext.Operand, ending: ProductEnding
  ) -> Step where Element: TensorElement {
    var arguments = GemmArguments<Element>(m: m, n: n, k: k)
    arguments.batch = batch
    arguments.aRowStride = k
    arguments.aBatchStride = aMatrices == 1 ? 0 : m * k
    arguments.bRowStride = n
    arguments.bBatchStride = bMatrices == 1 ? 0 : k * n
    arguments.cRowStride = n
    arguments.cBatchStride = m * n
    var step = GemmStep(kernels: kernels, arguments: arguments, a: a, b: b, c: y, ending: ending)
    for (index, pair) in pairs.enumerated() {
      step.offsets += [pair.a * m * k, pair.b * k * n, index * m * n]
    }
    return step.prepare(&context, aMatrices: aMatrices, bMatrices: bMatrices)
  }

  /// Integer products wrap; signedness does not matter to their bits.
  private func integerStep<Element: FixedWidthInteger & Sendable>(
    _ type: Element.Type, a aSlot: Int, b bSlot: Int, y ySlot: Int
  ) -> Step {
    let (m, n, k, rows): (Int, Int, Int, Int) = (self.m, self.n, self.k, batch * self.m)
    let table: OffsetTable? = pairs.isEmpty ? nil : OffsetTable(pairs.flatMap { [$0.a, $0.b] })
    let aStep: Int = aMatrices == 1 ? 0 : 1
    let bStep: Int = bMatrices == 1 ? 0 : 1
    let grain: Int = max(1, (1 << 15) / max(1, n * k))
    return Step { run in
      let a = run.input(aSlot, as: Element.self)
      let b = run.input(bSlot, as: Element.self)
      let y = run.output(ySlot, as: Element.self)
      run.forRanges(of: rows, grain: grain) { range, _ in
        for row in range {
          let matrix: Int = row / m
          let aMatrix: Int = table.map { $0.address[2 * matrix] } ?? matrix * aStep
          let bMatrix: Int = table.map { $0.address[2 * matrix + 1] } ?? matrix * bStep
          let left = a + (aMatrix * m + row % m) * k
          let right = b + bMatrix * k * n
          let target = y + row * n
          for column in 0..<n { target[column] = 0 }
          for depth in 0..<k {
            let factor: Element = left[depth]
            let line = right + depth * n
            for column in 0..<n { target[column] = target[column] &+ factor &* line[column] }
          }
        }
      }
    }
  }
}
