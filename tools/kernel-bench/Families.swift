import KernelInterface

/// [m, k] x [k, n] with constant weights, packed before.
func gemm(_ report: Report, _ table: KernelTable, _ m: Int, _ n: Int, _ k: Int) {
  let gemm = table.gemmF32
  let (a, b, c) = (Floats(m * k), Floats(n * k), Floats(m * n))
  let packed = Floats(gemm.packedBCount(k, n))
  gemm.packB(b.pointer, n, 1, k, n, packed.base)
  var arguments = GemmArguments<Float>(m: m, n: n, k: k)
  arguments.a = a.pointer
  arguments.aRowStride = k
  arguments.packedB = packed.pointer
  arguments.c = c.base
  arguments.cRowStride = n
  run(report, table, "gemm", "[\(m), \(k)] x [\(k), \(n)]", &arguments)
}

private func run(
  _ report: Report, _ table: KernelTable, _ family: String, _ shape: String,
  _ arguments: inout GemmArguments<Float>
) {
  let (m, n, k) = (Double(arguments.m), Double(arguments.n), Double(arguments.k))
  let tasks = table.gemmF32.taskCount(&arguments)
  let batch = Double(arguments.batch)
  report.line(
    family, shape, operations: 2 * batch * m * n * k, bytes: 4 * batch * (m * n + m * k + n * k)
  ) { _ in
    for task in 0..<tasks { table.gemmF32.run(&arguments, task, report.scratch) }
  }
}

func pooling(_ report: Report, _ table: KernelTable, _ layout: ImageLayout) {
  for (kind, channels, size, kernel, stride) in [
    (PoolingKind.max, 64, 112, 3, 2), (.max, 64, 224, 2, 2), (.average, 128, 56, 2, 2),
    (.average, 2048, 7, 7, 7), (.average, 96, 112, 112, 112), (.max, 832, 7, 3, 1),
  ] {
    let padding = kernel == 3 ? 1 : 0
    let out = (size + 2 * padding - kernel) / stride + 1
    let (x, y) = (Floats(channels * size * size), Floats(channels * out * out))
    var arguments = PoolingArguments<Float>(
      kind: kind, planes: channels, input: Extent3(1, size, size), kernel: Extent3(1, kernel, kernel),
      output: Extent3(1, out, out))
    arguments.stride = Extent3(1, stride, stride)
    arguments.padding = Extent3(0, padding, padding)
    arguments.paddingEnd = arguments.padding
    arguments.layout = layout
    arguments.channels = channels
    arguments.x = x.pointer
    arguments.y = y.base
    let tasks = table.pooling.f32.taskCount(&arguments)
    report.line(
      "pooling", "\(kind) \(kernel)x\(kernel)/\(stride) \(channels) @\(size)",
      operations: Double(channels * out * out * kernel * kernel),
      bytes: 4 * Double(channels * (size * size + out * out))
    ) { _ in
      for task in 0..<tasks { table.pooling.f32.run(&arguments, task) }
    }
  }
}

/// Channels-first to channels-last and back.
func transposes(_ report: Report, _ table: KernelTable) {
  for (rows, columns) in [(3136, 64), (196, 1024), (49, 2048), (50176, 3), (64, 3136), (2048, 49)] {
    let (x, y) = (Floats(rows * columns), Floats(rows * columns))
    report.line(
      "transpose", "[\(columns), \(rows)]", operations: 0, bytes: 8 * Double(rows * columns)
    ) { _ in
      table.movement.transpose(y.base, columns, x.pointer, rows, rows, columns, 4)
    }
  }
}

func norms(_ report: Report, _ table: KernelTable) {
  for (rows, columns) in [(128, 768), (197, 768), (64, 2400), (1, 2400), (4096, 64)] {
    let (x, y) = (Floats(rows * columns), Floats(rows * columns))
    let (gain, offset) = (Floats(columns), Floats(columns))
    var row = RowNormalization(out: y.base, input: x.pointer, rows: rows, columns: columns, epsilon: 1e-5)
    row.gain = gain.pointer
    row.offset = offset.pointer
    let count = Double(rows * columns)
    let shape = "[\(rows), \(columns)]"
    report.line("layer norm", shape, operations: 8 * count, bytes: 8 * count) { _ in
      table.normalization.layerNormF32(row)
    }
    report.line("rms norm", shape, operations: 5 * count, bytes: 8 * count) { _ in
      table.normalization.rmsNormF32(row)
    }
  }
}

func softmax(_ report: Report, _ table: KernelTable) {
  guard let kernel = table.softmax.softmax(.float32) else { return }
  for (rows, columns) in [(1536, 128), (2364, 197), (1, 1000), (64, 50257)] {
    let (x, y) = (Floats(rows * columns), Floats(rows * columns))
    let count = Double(rows * columns)
    report.line("softmax", "[\(rows), \(columns)]", operations: 20 * count, bytes: 8 * count) { _ in
      kernel(y.base, x.pointer, AxisShape(outer: rows, length: columns, inner: 1))
    }
  }
}

/// The two batched products of attention, operands as they lie in [sequence, heads, size].
func attention(_ report: Report, _ table: KernelTable) {
  for (heads, sequence, size) in [(12, 128, 64), (12, 197, 64), (8, 1024, 64)] {
    let (q, k) = (Floats(heads * sequence * size), Floats(heads * sequence * size))
    let scores = Floats(heads * sequence * sequence)
    var arguments = GemmArguments<Float>(m: sequence, n: sequence, k: size)
    arguments.batch = heads
    arguments.a = q.pointer
    arguments.aRowStride = heads * size
    arguments.aBatchStride = size
    arguments.b = k.pointer
    arguments.bRowStride = 1
    arguments.bColumnStride = heads * size
    arguments.bBatchStride = size
    arguments.c = scores.base
    arguments.cRowStride = sequence
    arguments.cBatchStride = sequence * sequence
    run(report, table, "attention", "Q K^T, \(heads) of [\(sequence), \(size)]", &arguments)
    var values = GemmArguments<Float>(m: sequence, n: size, k: sequence)
    values.batch = heads
    values.a = scores.pointer
    values.aRowStride = sequence
    values.aBatchStride = sequence * sequence
    values.b = k.pointer
    values.bRowStride = heads * size
    values.bBatchStride = size
    values.c = q.base
    values.cRowStride = heads * size
    values.cBatchStride = size
    run(report, table, "attention", "P V, \(heads) of [\(sequence), \(size)]", &values)
  }
}

/// Single operators, and chains of them as they stand in models, each operator a pass of its own.
func elementwise(_ report: Report, _ table: KernelTable) {
  let count = 128 * 3072
  let (x, y, z) = (Floats(count), Floats(count), Floats(count))
  for function in [
    UnaryFunction.relu, .sigmoid, .tanh, .gelu, .geluTanh, .swish, .hardSwish, .exp, .erf, .sqrt,
  ] {
    guard let kernel = table.unary.kernel(function, .float32) else { continue }
    report.line("elementwise", "\(function)", operations: Double(count), bytes: 8 * Double(count)) { _ in
      kernel(y.base, x.pointer, count, 1, 0)
    }
  }
  guard let add = table.binary.kernel(.add, .float32),
    let multiply = table.binary.kernel(.multiply, .float32),
    let sigmoid = table.unary.kernel(.sigmoid, .float32), let relu = table.unary.kernel(.relu, .float32)
  else { return }
  let tile = BinaryTile(count: count)
  report.line("elementwise", "add, relu", operations: 2 * Double(count), bytes: 12 * Double(count)) { _ in
    add(y.base, x.pointer, z.pointer, tile)
    relu(y.base, y.pointer, count, 0, 0)
  }
  report.line("elementwise", "x sigmoid(x)", operations: 2 * Double(count), bytes: 8 * Double(count)) { _ in
    sigmoid(y.base, x.pointer, count, 0, 0)
    multiply(y.base, y.pointer, x.pointer, tile)
  }
}
