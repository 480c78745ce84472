internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that asks `predicate` of every element of input 0. Floats of 16 bits are asked as float32, and
/// those of 8 bits by a table of their 256 patterns.
func predicateStep(
  _ context: inout PrepareContext, _ predicate: UnaryPredicate, alpha: Double = 0, beta: Double = 0,
  _ test: (Float) -> Bool
) throws(PlanError) -> Step {
  let input: PrepareContext.Operand = context.input(0)
  if let format = input.elementType.miniFloat {
    let answers: [Bool] = (0..<256).map { test(format.float(UInt8($0))) }
    let (source, target, count) = (input.slot, context.output(0).slot, input.shape.count)
    return Step { run in
      let from = run.input(source, as: UInt8.self)
      let to = run.output(target, as: Bool.self)
      run.forRanges(of: count, grain: 1 << 15) { range, _ in
        for index in range { to[index] = answers[Int(from[index])] }
      }
    }
  }
  let element: KernelElement = try context.kernelElement(input)
  let hasKernel: Bool = context.kernels.unary.predicate(predicate, element) != nil
  let compute: KernelElement = hasKernel ? element : .float32
  guard let kernel = context.kernels.unary.predicate(predicate, compute) else {
    throw context.unsupported(input.elementType)
  }
  return try UnaryStep(
    kernel: kernel, compute: compute, result: .bool, alpha: alpha, beta: beta, grain: 1 << 15
  ).prepare(&context)
}
