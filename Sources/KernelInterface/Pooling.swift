/// What a pooling window yields.
package enum PoolingKind: UInt8, Sendable {
  /// The largest element; a window without any element yields the type's lowest value. A NaN wins.
  case max
  /// The sum over the window divided by its elements inside the image, or with `countsPadding` by its
  /// elements inside the padded image (the image, `padding` in front and `paddingEnd` behind); 0 without any.
  case average
  /// (sum of |x|^p)^(1/p)
  case lp
}

/// Pooling over [batch * channels] planes:
///
///     Y[plane, p] = kind over t of X[plane, p * stride - padding + t * dilation]
///
/// `output` says how far positions go; a window may reach past the image at either end (pads, ceil_mode).
/// Global pooling is a kernel as large as the image.
///
/// Planes are dense where the layout is channels-first. Channels-last, for floating-point elements and
/// without
/// `indices`: X is [batch, depth, height, width, channels] and Y alike, and pixel i (counted over batch,
/// depth, height and width) begins at `i * pixelStride`.
package struct PoolingArguments<Element: Sendable>: @unchecked Sendable {
  package var kind: PoolingKind
  package var layout: ImageLayout = .channelsFirst
  /// batch * channels
  package var planes: Int
  /// Channels of one image; only channels-last asks.
  package var channels: Int = 1
  /// Channels-last: elements from a pixel to the next; 0 where pixels are adjacent.
  package var inputPixelStride: Int = 0
  package var outputPixelStride: Int = 0
  package var input: Extent3
  package var output: Extent3
  package var kernel: Extent3
  package var stride: Extent3 = Extent3(1)
  package var dilation: Extent3 = Extent3(1)
  package var padding: Extent3 = Extent3(0)
  package var paddingEnd: Extent3 = Extent3(0)
  package var countsPadding: Bool = false
  /// p of `lp`, at least 1.
  package var power: Int = 2

  package var x: UnsafePointer<Element>? = nil
  package var y: UnsafeMutablePointer<Element>? = nil
  /// For `max`: where the winner lies in the whole tensor X, flat, -1 for a window without any element; nil
  /// where nobody asks. The first of equal
  /// elements wins.
  package var indices: UnsafeMutablePointer<Int64>? = nil
  /// Flat indices count within each plane in column-major order (ONNX's storage_order 1): the first
  /// spatial dimension varies fastest.
  package var indicesAreColumnMajor: Bool = false

  package init(kind: PoolingKind, planes: Int, input: Extent3, kernel: Extent3, output: Extent3) {
    self.kind = kind
    self.planes = planes
    self.input = input
    self.kernel = kernel
    self.output = output
  }
}

/// Pooling of one element type. Tasks work as said at `GemmKernels`, without scratch.
/// Integer types know `max` alone.
package struct PoolingKernel<Element: Sendable>: Sendable {
  package typealias Arguments = UnsafePointer<PoolingArguments<Element>>

  package var taskCount: @Sendable (Arguments) -> Int
  package var run: @Sendable (Arguments, Int) -> Void

  package init(
    taskCount: @escaping @Sendable (Arguments) -> Int, run: @escaping @Sendable (Arguments, Int) -> Void
  ) {
    self.taskCount = taskCount
    self.run = run
  }
}

/// Pooling for every element type that has it.
package struct PoolingKernels: Sendable {
  package var f32: PoolingKernel<Float>
  package var f64: PoolingKernel<Double>
  package var i8: PoolingKernel<Int8>
  package var u8: PoolingKernel<UInt8>

  package init(
    f32: PoolingKernel<Float>, f64: PoolingKernel<Double>, i8: PoolingKernel<Int8>, u8: PoolingKernel<UInt8>
  ) {
    self.f32 = f32
    self.f64 = f64
    self.i8 = i8
    self.u8 = u8
  }
}
