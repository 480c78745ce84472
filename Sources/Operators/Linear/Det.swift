package import Graphs
internal import Tensors

/// `Det`: the determinants of the square matrices in the last two axes, by elimination with partial pivoting
/// in float64.
///
/// ONNX operator set: Det-11 to 22.
package struct DetOp: KernelOperator {
  package static let schema = OperatorSchema(
    "Det", since: [11, 22],
    inputs: [Parameter("X", .floats, variable: "T")],
    outputs: [Parameter("Y", .floats, variable: "T")])

  package init(_ node: inout NodeReader) throws(GraphError) {}

  package var attributes: [Attribute] { [] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard let dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    guard dimensions.count >= 2 else {
      throw context.error(.shapeMismatch, "X must have a rank of at least 2, found \(dimensions.count)")
    }
    let (rows, columns) = (dimensions[dimensions.count - 2], dimensions[dimensions.count - 1])
    if let m = rows.value, let n = columns.value, m != n {
      throw context.error(.shapeMismatch, "the matrices must be square, found \(m) x \(n)")
    }
    context.setOutput(0, context.elementType(0), Array(dimensions.dropLast(2)))
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let shape: Shape = context.input(0).shape
    let (n, matrices): (Int, Int) = (shape[shape.rank - 1], context.output(0).shape.count)
    context.reserveScratch(n * n * 8)
    return try context.widened { (context) throws(PlanError) in
      let (x, y): (RealReader, RealReader) = (RealReader(context.input(0)), RealReader(context.output(0)))
      return Step { run in
        run.parallel(matrices) { matrix, worker in
          let work = run.scratch(worker).assumingMemoryBound(to: Double.self)
          for index in 0..<n * n { work[index] = x.read(run, matrix &* n &* n &+ index) }
          y.write(run, matrix, Self.determinant(work, n))
        }
      }
    }
  }

  /// The determinant of an n x n matrix, which is destroyed.
  private static func determinant(_ a: UnsafeMutablePointer<Double>, _ n: Int) -> Double {
    var result: Double = 1
    for step in 0..<n {
      var pivot: Int = step
      for row in step..<n where abs(a[row * n + step]) > abs(a[pivot * n + step]) { pivot = row }
      let value: Double = a[pivot * n + step]
      if value == 0 { return 0 }
      if pivot != step {
        result = -result
        for column in 0..<n {
          let kept: Double = a[step * n + column]
          a[step * n + column] = a[pivot * n + column]
          a[pivot * n + column] = kept
        }
      }
      result *= value
      for row in step + 1..<max(n, step + 1) {
        let factor: Double = a[row * n + step] / value
        for column in step..<n { a[row * n + column] -= factor * a[step * n + column] }
      }
    }
    return result
  }
}
