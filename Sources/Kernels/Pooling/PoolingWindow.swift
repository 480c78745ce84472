/// The taps of a pooling window along one dimension.
struct PoolingWindow {
  /// The input position of tap 0.
  var start: Int
  /// Taps `first ..< end` lie inside the image.
  var first: Int
  var end: Int
  /// Taps inside the padded image.
  var padded: Int

  @inline(__always)
  init(
    _ position: Int, input: Int, kernel: Int, stride: Int, dilation: Int, padding: Int, paddingEnd: Int
  ) {
    start = position * stride - padding
    first = start < 0 ? smaller(kernel, ceilDivide(-start, dilation)) : 0
    end = start < input ? smaller(kernel, ceilDivide(input - start, dilation)) : 0
    if end < first { end = first }
    padded = smaller(kernel, larger(0, ceilDivide(input + paddingEnd - start, dilation)))
  }

  var count: Int { end - first }
}
