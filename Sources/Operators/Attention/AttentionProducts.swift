internal import Graphs
internal import KernelInterface
internal import Tensors

/// The two products of attention for a block of queries of one head: the scores `scale Q K'` [rows, keys],
/// and the sums `P V` [rows, size] where the result has them. Whoever runs a product gives it its operands.
struct AttentionProducts<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  let query: HeadLayout
  let key: HeadLayout
  let value: HeadLayout
  let result: HeadLayout
  let scale: Element
  let gemm: GemmKernels<Element>

  /// Stands for an operand that is given later.
  private var later: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  func scores(_ rows: Int, _ keys: Int, isPacked: Bool = false) -> GemmArguments<Element> {
    var product = GemmArguments<Element>(m: rows, n: keys, k: query.size)
    product.alpha = scale
    product.a = later
    product.aRowStride = query.rowStride
    product.b = later
    product.bRowStride = 1
    product.bColumnStride = key.rowStride
    product.cRowStride = keys
    if isPacked { product.packedB = later }
    return product
  }

  func values(_ rows: Int, _ keys: Int, isPacked: Bool = false) -> GemmArguments<Element> {
    var product = GemmArguments<Element>(m: rows, n: value.size, k: keys)
    product.a = later
    product.aRowStride = keys
    product.b = later
    product.bRowStride = value.rowStride
    product.cRowStride = result.rowStride
    if isPacked { product.packedB = later }
    return product
  }

  /// Memory for the scores of `rows` queries, a multiple of 64.
  func scoreBytes(_ rows: Int, _ keys: Int) -> Int {
    (rows * keys * MemoryLayout<Element>.stride + 63) / 64 * 64
  }

  /// What either product needs beside its operands.
  func scratchBytes(_ rows: Int, _ keys: Int, isPacked: Bool = false) -> Int {
    max(
      withUnsafePointer(to: scores(rows, keys, isPacked: isPacked)) { gemm.scratchBytes($0) },
      withUnsafePointer(to: values(rows, keys, isPacked: isPacked)) { gemm.scratchBytes($0) })
  }

  func multiply(_ product: GemmArguments<Element>, _ scratch: UnsafeMutableRawPointer) {
    withUnsafePointer(to: product) { pointer in
      for task in 0..<gemm.taskCount(pointer) { gemm.run(pointer, task, scratch) }
    }
  }
}
