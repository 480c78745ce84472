internal import KernelInterface

/// The largest element of each window, and where it lies, one window at a time, for any ordered element.
struct PoolingIndices<Element: Comparable & BitwiseCopyable & Sendable> {
  var arguments: UnsafePointer<PoolingArguments<Element>>

  /// Pools one plane; `lowest` is the value of a window without elements.
  @inline(__always)
  func run(
    _ image: UnsafePointer<Element>, _ plane: Int, _ values: UnsafeMutablePointer<Element>,
    _ indices: UnsafeMutablePointer<Int64>?, _ lowest: Element
  ) {
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let kernel: Extent3 = arguments.pointee.kernel
    let stride: Extent3 = arguments.pointee.stride
    let dilation: Extent3 = arguments.pointee.dilation
    let padding: Extent3 = arguments.pointee.padding
    let isColumnMajor: Bool = arguments.pointee.indicesAreColumnMajor
    let first: Int = plane * (input.depth * input.height * input.width)
    var place: Int = 0
    for oz in 0..<output.depth {
      let z = PoolingWindow(
        oz, input: input.depth, kernel: kernel.depth, stride: stride.depth, dilation: dilation.depth,
        padding: padding.depth, paddingEnd: 0)
      for oy in 0..<output.height {
        let y = PoolingWindow(
          oy, input: input.height, kernel: kernel.height, stride: stride.height, dilation: dilation.height,
          padding: padding.height, paddingEnd: 0)
        for ox in 0..<output.width {
          let x = PoolingWindow(
            ox, input: input.width, kernel: kernel.width, stride: stride.width, dilation: dilation.width,
            padding: padding.width, paddingEnd: 0)
          var best: Element = lowest
          var bestZ: Int = -1
          var bestY: Int = 0
          var bestX: Int = 0
          for tz in z.first..<z.end {
            let inputZ: Int = z.start + tz * dilation.depth
            for ty in y.first..<y.end {
              let inputY: Int = y.start + ty * dilation.height
              let row: UnsafePointer<Element> = image + (inputZ * input.height + inputY) * input.width
              for tx in x.first..<x.end {
                let inputX: Int = x.start + tx * dilation.width
                let value: Element = row[inputX]
                let isNaN: Bool = value != value && best == best
                if bestZ < 0 || value > best || isNaN {
                  best = value
                  bestZ = inputZ
                  bestY = inputY
                  bestX = inputX
                }
              }
            }
          }
          values[place] = best
          if let indices {
            let flat: Int =
              isColumnMajor
              ? bestZ + input.depth * (bestY + input.height * bestX)
              : (bestZ * input.height + bestY) * input.width + bestX
            indices[place] = bestZ < 0 ? -1 : Int64(first + flat)
          }
          place += 1
        }
      }
    }
  }
}
