package import Graphs
internal import KernelInterface
package import Tensors

/// `Gemm`: `Y = alpha A' B' + beta C`, where A' [m, k] is A or its transpose, B' [k, n] is B or its
/// transpose, and C broadcasts to [m, n]. For integers the product wraps, and factors other than 1 are
/// applied in float64.
///
/// ONNX operator set: Gemm-6 to 13.
package struct GemmOp: ProductOperator {
  package static let schema = OperatorSchema(
    "Gemm", since: [6, 7, 9, 11, 13],
    inputs: [
      Parameter("A", types, variable: "T"), Parameter("B", types, variable: "T"),
      Parameter("C", types, .optional, variable: "T"),
    ],
    outputs: [Parameter("Y", types, variable: "T")],
    attributes: ["alpha", "beta", "broadcast", "transA", "transB"])

  private static let types: TypeSet = .floats | [.int32, .int64, .uint32, .uint64]

  package let alpha: Float
  package let beta: Float
  package let transposesA: Bool
  package let transposesB: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    alpha = try node.float("alpha") ?? 1
    beta = try node.float("beta") ?? 1
    transposesA = try node.int("transA") ?? 0 != 0
    transposesB = try node.int("transB") ?? 0 != 0
  }

  package var attributes: [Attribute] {
    [
      Attribute("alpha", alpha), Attribute("beta", beta), Attribute("transA", transposesA),
      Attribute("transB", transposesB),
    ]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let a: [Dimension]? = context.dimensions(0)
    let b: [Dimension]? = context.dimensions(1)
    guard a?.count ?? 2 == 2, b?.count ?? 2 == 2 else {
      throw context.error(
        .shapeMismatch, "A and B must have rank 2, found \(a?.count ?? 2) and \(b?.count ?? 2)")
    }
    let m: Dimension = a?[transposesA ? 1 : 0] ?? context.freshDimension()
    let n: Dimension = b?[transposesB ? 0 : 1] ?? context.freshDimension()
    if let k = a?[transposesA ? 0 : 1].value, let depth = b?[transposesB ? 1 : 0].value, k != depth {
      throw context.error(.shapeMismatch, "A' has \(k) columns and B' has \(depth) rows")
    }
    if let c = context.dimensions(2) {
      guard c.count <= 2 else {
        throw context.error(.shapeMismatch, "C must have a rank of at most 2, found \(c.count)")
      }
      for (extent, target) in zip(c.reversed(), [n, m]) {
        if let extent = extent.value, let target = target.value, extent != target, extent != 1 {
          throw context.error(.shapeMismatch, "C's extent \(extent) doesn't broadcast to \(target)")
        }
      }
    }
    context.setOutput(0, context.elementType(0), [m, n])
  }

  package func flops(inputs: [Shape?], outputs: [Shape?]) -> Int {
    guard let a = inputs.first ?? nil, let count = outputs.first??.count else { return 0 }
    return 2 &* a[transposesA ? 0 : 1] &* count
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      try prepare(&context, ending: ProductEnding())
    }
  }

  /// The step, with `ending` after what C adds; a residual of the ending needs the place that a C would take
  /// that is neither a row nor a column.
  package func prepare(_ context: inout PrepareContext, ending: ProductEnding) throws(PlanError) -> Step {
    switch context.output(0).elementType {
    case .float32: return try prepareFloat(&context, context.kernels.gemmF32, ending)
    case .float64: return try prepareFloat(&context, context.kernels.gemmF64, ending)
    case .int32: return integerStep(context, Int32.self)
    case .uint32: return integerStep(context, UInt32.self)
    case .int64: return integerStep(context, Int64.self)
    case .uint64: return integerStep(context, UInt64.self)
    default: throw context.unsupported(context.output(0).elementType)
    }
  }

  private func prepareFloat<Element>(
    _ context: inout PrepareContext, _ kernels: GemmKernels<Element>, _ ending: ProductEnding
  ) throws(PlanError) -> Step where Element: TensorElement {
    let shape: Shape = context.output(0).shape
    let (m, n): (Int, Int) = (shape[0], shape[1])
    let k: Int = context.input(0).shape[transposesA ? 0 : 1]
    var arguments = GemmArguments<Element>(m: m, n: n, k: k)
    arguments.alpha = Element(alpha)
    arguments.aRowStride = transposesA ? 1 : k
    arguments.aColumnStride = transposesA ? m : 1
    arguments.bRowStride = transposesB ? 1 : n
    arguments.bColumnStride = transposesB ? k : 1
    arguments.cRowStride = n
    var step = GemmStep(
      kernels: kernels, arguments: arguments, a: context.input(0), b: context.input(1),
      c: context.output(0), ending: try addingC(ending, context, m: m, n: n))
    return step.prepare(&context, aMatrices: 1, bMatrices: 1)
  }

  /// `ending` with C as its bias where C is a row or column, else as its residual.
  private func addingC(_ ending: ProductEnding, _ context: PrepareContext, m: Int, n: Int)
    throws(PlanError) -> ProductEnding
  {
    guard let c = context.optionalInput(2), beta != 0 else { return ending }
    var result: ProductEnding = ending
    let rows: Int = c.shape.rank == 2 ? c.shape[0] : 1
    let columns: Int = c.shape.rank == 0 ? 1 : c.shape[c.shape.rank - 1]
    if rows == 1, columns == n, n > 1 {
      result.bias = c
      result.biasScale = Double(beta)
    } else if columns == 1, rows == m, m > 1 {
      result.bias = c
      result.biasIsPerRow = true
      result.biasScale = Double(beta)
    } else {
      guard ending.residual == nil else {
        throw context.error(.unsupportedType, "C of shape \(c.shape) can't be added beside a residual")
      }
      result.residual = c
      result.residualScale = Double(beta)
      result.residualStrides = ProductEnding.Strides(
        batch: 0, row: rows == 1 ? 0 : columns, column: columns == 1 ? 0 : 1)
    }
    return result
  }

  private func integerStep<Element: FixedWidthInteger & Sendable>(
    _ context: PrepareContext, _ type: Element.Type
  ) -> Step {
    let shape: Shape = context.output(0).shape
    let (m, n): (Int, Int) = (shape[0], shape[1])
    let k: Int = context.input(0).shape[transposesA ? 0 : 1]
    let (aRow, aColumn): (Int, Int) = transposesA ? (1, m) : (k, 1)
    let (bRow, bColumn): (Int, Int) = transposesB ? (1, k) : (n, 1)
    let c = beta == 0 ? nil : context.optionalInput(2)
    let cRow: Int = c.map { $0.shape.rank == 2 && $0.shape[0] != 1 ? $0.shape[1] : 0 } ?? 0
    let cColumn: Int = c.map { $0.shape.rank > 0 && $0.shape[$0.shape.rank - 1] != 1 ? 1 : 0 } ?? 0
    let (aSlot, bSlot, ySlot): (Int, Int, Int) = (
      context.input(0).slot, context.input(1).slot, context.output(0).slot
    )
    let cSlot: Int? = c?.slot
    let (alpha, beta): (Double, Double) = (Double(self.alpha), Double(self.beta))
    let isExact: Bool = alpha == 1 && (beta == 1 || c == nil)
    return Step { run in
      let a = run.input(aSlot, as: Element.self)
      let b = run.input(bSlot, as: Element.self)
      let y = run.output(ySlot, as: Element.self)
      run.forRanges(of: m, grain: max(1, (1 << 15) / max(1, n * k))) { range, _ in
        for row in range {
          for column in 0..<n {
            var sum: Element = 0
            for depth in 0..<k {
              let product: Element = a[row * aRow + depth * aColumn] &* b[depth * bRow + column * bColumn]
              sum = sum &+ product
            }
            let added: Element =
              cSlot.map { run.input($0, as: Element.self)[row * cRow + column * cColumn] } ?? 0
            if isExact {
              y[row * n + column] = sum &+ added
            } else {
              let value: Double = alpha * Double(sum) + beta * Double(added)
              y[row * n + column] = Element(exactly: value.rounded(.towardZero)) ?? 0
            }
          }
        }
      }
    }
  }
}
