internal import Graphs
internal import KernelInterface
internal import Tensors

/// A function of float32 rows with its kernel and where its parameters lie: a part of an `ElementwiseStep`.
struct RowKernel: Sendable {
  private let norm: (@Sendable (RowNormalization) -> Void)?
  private let softmax: SoftmaxKernel?
  private let epsilon: Float
  /// Places of the parameters in the step's table.
  private let gain: Int?
  private let offset: Int?

  init?(_ function: RowFunction, gain: Int?, offset: Int?, _ kernels: KernelTable) {
    self.gain = gain
    self.offset = offset
    epsilon = function.epsilon
    switch function.kind {
    case .layerNormalization: (norm, softmax) = (kernels.normalization.layerNormF32, nil)
    case .rmsNormalization: (norm, softmax) = (kernels.normalization.rmsNormF32, nil)
    case .softmax:
      guard let kernel = kernels.softmax.softmax(.float32) else { return nil }
      (norm, softmax) = (nil, kernel)
    }
  }

  /// Normalizes rows that are `stride` elements apart into adjacent ones; `table` has the parameters.
  @inline(__always)
  func run(
    _ target: UnsafeMutableRawPointer, _ source: UnsafeRawPointer, _ stride: Int,
    _ table: UnsafeMutablePointer<UnsafeMutableRawPointer>, rows: Int, columns: Int
  ) {
    if let norm {
      var work = RowNormalization(
        out: target.assumingMemoryBound(to: Float.self), input: source.assumingMemoryBound(to: Float.self),
        rows: rows, columns: columns, epsilon: epsilon)
      work.inputStride = stride
      if let gain { work.gain = UnsafePointer(table[gain].assumingMemoryBound(to: Float.self)) }
      if let offset { work.offset = UnsafePointer(table[offset].assumingMemoryBound(to: Float.self)) }
      norm(work)
    } else if let softmax {
      softmax(target, source, AxisShape(outer: rows, length: columns, inner: 1))
    }
  }
}
