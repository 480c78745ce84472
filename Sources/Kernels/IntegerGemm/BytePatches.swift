internal import KernelInterface

/// Writes the patches of an image of bytes as a matrix [channels * kernel, output positions].
func bytePatches(_ arguments: UnsafePointer<BytePatchesArguments>) {
  guard let x = arguments.pointee.x, var to = arguments.pointee.y else { return }
  let input: Extent3 = arguments.pointee.input
  let output: Extent3 = arguments.pointee.output
  let kernel: Extent3 = arguments.pointee.kernel
  let stride: Extent3 = arguments.pointee.stride
  let dilation: Extent3 = arguments.pointee.dilation
  let padding: Extent3 = arguments.pointee.padding
  let outside: UInt8 = arguments.pointee.outside
  for channel in 0..<arguments.pointee.channels {
    let image: UnsafePointer<UInt8> = x + channel * (input.depth * input.height * input.width)
    for tap in 0..<kernel.depth * kernel.height * kernel.width {
      let tapZ: Int = tap / kernel.width / kernel.height * dilation.depth - padding.depth
      let tapY: Int = tap / kernel.width % kernel.height * dilation.height - padding.height
      let tapX: Int = tap % kernel.width * dilation.width - padding.width
      for oz in 0..<output.depth {
        let z: Int = oz * stride.depth + tapZ
        for oy in 0..<output.height {
          let y: Int = oy * stride.height + tapY
          let isInside: Bool = z >= 0 && z < input.depth && y >= 0 && y < input.height
          let row: Int = (z * input.height + y) * input.width
          for ox in 0..<output.width {
            let column: Int = ox * stride.width + tapX
            to[ox] = isInside && column >= 0 && column < input.width ? image[row + column] : outside
          }
          to += output.width
        }
      }
    }
  }
}

/// Integer products as the table shows them.
func integerGemmKernels() -> IntegerGemmKernels {
  IntegerGemmKernels(
    taskCount: { IntegerGemm.taskCount($0) },
    scratchBytes: { IntegerGemm.scratchBytes($0) },
    run: { IntegerGemm.run($0, $1, $2) },
    requantize: { requantize($0) },
    patches: { bytePatches($0) })
}
