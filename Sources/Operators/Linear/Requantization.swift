internal import Graphs
internal import KernelInterface
internal import Tensors

/// Brings int32 sums of a quantized product back to bytes:
/// `y = saturate(round((sum + bias) * a_scale * b_scale / y_scale) + y_zero_point)`.
///
/// `rowScale` and `columnScale` are one number or one for each row or column of the sums; the factors are
/// computed in each run, in float32.
struct Requantization: Sendable {
  let rows: Int
  let columns: Int
  let rowScale: RealReader
  let rowScaleStep: Int
  let columnScale: RealReader
  let columnScaleStep: Int
  let outputScale: RealReader
  let zero: Int
  let isSigned: Bool
  /// A slot for `rows` or `columns` factors, whichever vary; where both do, for one row of them.
  let factors: Int
  let kernel: @Sendable (UnsafePointer<RequantizeArguments>) -> Void

  init(
    _ context: inout PrepareContext, rows: Int, columns: Int, rowScale: PrepareContext.Operand,
    columnScale: PrepareContext.Operand, outputScale: PrepareContext.Operand, zero: PrepareContext.Operand
  ) {
    self.rows = rows
    self.columns = columns
    self.rowScale = RealReader(rowScale)
    self.columnScale = RealReader(columnScale)
    self.outputScale = RealReader(outputScale)
    rowScaleStep = rowScale.shape.count == 1 ? 0 : 1
    columnScaleStep = columnScale.shape.count == 1 ? 0 : 1
    self.zero = zero.slot
    isSigned = zero.elementType == .int8
    factors = context.temporary(max(rows, columns, 1) * 4)
    kernel = context.kernels.integerGemm.requantize
  }

  /// `bias`, if any, has one number for each row.
  func apply(
    _ run: RunContext, sums: UnsafePointer<Int32>, y: UnsafeMutableRawPointer, bias: UnsafePointer<Int32>?
  ) {
    let factor = run.output(factors, as: Float.self)
    let divisor = Float(outputScale.read(run, 0))
    var arguments = RequantizeArguments(rows: rows, columns: columns)
    arguments.c = sums
    arguments.cRowStride = columns
    arguments.y = y
    arguments.yRowStride = columns
    arguments.yIsSigned = isSigned
    arguments.zero =
      isSigned
      ? Int32(run.input(zero, as: Int8.self)[0]) : Int32(run.input(zero, as: UInt8.self)[0])
    arguments.bias = bias
    arguments.biasRowStride = 1
    arguments.scale = UnsafePointer(factor)
    func value(_ row: Int, _ column: Int) -> Float {
      Float(rowScale.read(run, row)) * Float(columnScale.read(run, column)) / divisor
    }
    if columnScaleStep == 0 {
      for row in 0..<(rowScaleStep == 0 ? 1 : rows) { factor[row] = value(row, 0) }
      arguments.scaleRowStride = rowScaleStep
      withUnsafePointer(to: arguments) { kernel($0) }
      return
    }
    let lines: Int = rowScaleStep == 0 ? 1 : rows
    if lines > 1 { arguments.rows = 1 }
    arguments.scaleColumnStride = 1
    for line in 0..<lines {
      for column in 0..<columns { factor[column] = value(line, column) }
      arguments.c = sums + line &* columns
      arguments.y = y + line &* columns
      if let bias { arguments.bias = bias + line }
      withUnsafePointer(to: arguments) { kernel($0) }
    }
  }
}
