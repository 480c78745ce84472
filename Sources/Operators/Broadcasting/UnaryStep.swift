internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that applies a one-operand kernel to every element of input 0, converting in blocks where the
/// tensors' types are not the kernel's.
struct UnaryStep {
  let kernel: UnaryKernel
  /// The type of the kernel's operand and of its result.
  let compute: KernelElement
  let result: KernelElement
  var alpha: Double = 0
  var beta: Double = 0
  var grain: Int = 1 << 14

  /// Elements that are converted at a time.
  private static let block: Int = 512

  func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (input, output) = (context.input(0), context.output(0))
    let element: KernelElement = try context.kernelElement(input)
    let outElement: KernelElement = try context.kernelElement(output)
    let (kernel, alpha, beta, grain) = (self.kernel, self.alpha, self.beta, self.grain)
    let (slot, outSlot, count) = (input.slot, output.slot, output.shape.count)
    let (size, outSize) = (element.size, outElement.size)
    if element == compute, outElement == result {
      return Step { run in
        let source: UnsafeMutableRawPointer = run.slots[slot]
        let target: UnsafeMutableRawPointer = run.slots[outSlot]
        run.forRanges(of: count, grain: grain) { range, _ in
          let start: Int = range.lowerBound
          kernel(target + start &* outSize, source + start &* size, range.count, alpha, beta)
        }
      }
    }
    let convert: ConversionKernel? = context.conversion(element, compute)
    let convertBack: ConversionKernel? = context.conversion(result, outElement)
    let block: Int = Self.block
    context.reserveScratch(2 * block * 8)
    return Step { run in
      let source: UnsafeMutableRawPointer = run.slots[slot]
      let target: UnsafeMutableRawPointer = run.slots[outSlot]
      run.forRanges(of: count, grain: grain) { range, worker in
        let scratch: UnsafeMutableRawPointer = run.scratch(worker)
        var start: Int = range.lowerBound
        while start < range.upperBound {
          let length: Int = min(block, range.upperBound &- start)
          var from = UnsafeRawPointer(source + start &* size)
          if let convert {
            convert(scratch, from, length)
            from = UnsafeRawPointer(scratch)
          }
          let to: UnsafeMutableRawPointer = target + start &* outSize
          if let convertBack {
            kernel(scratch + block &* 8, from, length, alpha, beta)
            convertBack(to, UnsafeRawPointer(scratch + block &* 8), length)
          } else {
            kernel(to, from, length, alpha, beta)
          }
          start &+= length
        }
      }
    }
  }
}
