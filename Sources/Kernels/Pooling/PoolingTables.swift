internal import KernelInterface

/// How planes are divided into tasks: by the taps of all their windows.
enum PoolingTasks {
  private static var taskWork: Int { 1 << 18 }

  static func planes<Element: Sendable>(_ arguments: UnsafePointer<PoolingArguments<Element>>) -> Int {
    let output: Extent3 = arguments.pointee.output
    let kernel: Extent3 = arguments.pointee.kernel
    let windows: Int = output.depth * output.height * output.width
    let work: Int = larger(1, windows * kernel.depth * kernel.height * kernel.width)
    return larger(1, taskWork / work)
  }

  static func count<Element: Sendable>(_ arguments: UnsafePointer<PoolingArguments<Element>>) -> Int {
    ceilDivide(arguments.pointee.planes, planes(arguments))
  }

  @inline(__always)
  static func countFloat<Lanes: PoolingLanes>(
    _ type: Lanes.Type, _ arguments: UnsafePointer<PoolingArguments<Lanes.Element>>
  ) -> Int {
    if arguments.pointee.layout.rawValue == ImageLayout.channelsLast.rawValue {
      return PixelPooling<Lanes>(arguments).taskCount()
    }
    return count(arguments)
  }

  @inline(__always)
  static func runFloat<Lanes: PoolingLanes>(
    _ type: Lanes.Type, _ arguments: UnsafePointer<PoolingArguments<Lanes.Element>>, _ task: Int
  ) {
    if arguments.pointee.layout.rawValue == ImageLayout.channelsLast.rawValue {
      PixelPooling<Lanes>(arguments).run(task)
      return
    }
    let planes: Int = planes(arguments)
    for plane in task * planes..<smaller((task + 1) * planes, arguments.pointee.planes) {
      PoolingFloat<Lanes>(arguments: arguments).run(plane)
    }
  }

  @inline(__always)
  static func runInteger<Element: FixedWidthInteger & BitwiseCopyable & Sendable>(
    _ arguments: UnsafePointer<PoolingArguments<Element>>, _ task: Int
  ) {
    guard let x = arguments.pointee.x, let y = arguments.pointee.y else { return }
    let planes: Int = planes(arguments)
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let inputPlane: Int = input.depth * input.height * input.width
    let outputPlane: Int = output.depth * output.height * output.width
    for plane in task * planes..<smaller((task + 1) * planes, arguments.pointee.planes) {
      var indices: UnsafeMutablePointer<Int64>? = nil
      if let all = arguments.pointee.indices { indices = all + plane * outputPlane }
      PoolingIndices<Element>(arguments: arguments)
        .run(x + plane * inputPlane, plane, y + plane * outputPlane, indices, Element.min)
    }
  }
}

/// Pooling as the table shows it.
func poolingKernels() -> PoolingKernels {
  PoolingKernels(
    f32: PoolingKernel<Float>(
      taskCount: { PoolingTasks.countFloat(F32Lanes.self, $0) },
      run: { PoolingTasks.runFloat(F32Lanes.self, $0, $1) }),
    f64: PoolingKernel<Double>(
      taskCount: { PoolingTasks.countFloat(F64Lanes.self, $0) },
      run: { PoolingTasks.runFloat(F64Lanes.self, $0, $1) }),
    i8: PoolingKernel<Int8>(
      taskCount: { PoolingTasks.count($0) }, run: { PoolingTasks.runInteger($0, $1) }),
    u8: PoolingKernel<UInt8>(
      taskCount: { PoolingTasks.count($0) }, run: { PoolingTasks.runInteger($0, $1) }))
}
