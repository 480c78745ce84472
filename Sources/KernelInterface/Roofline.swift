/// What the instruction set can do at the most, as kernels that do nothing else: the two roofs of the
/// roofline model (Williams, Waterman, Patterson 2009). Each runs on one thread.
///
/// Results are returned so that the work can't be left out; they mean nothing.
package struct RooflineKernels: Sendable {
  /// Operations of one round of `multiplyAddsF32`, a multiply-add counting two.
  package var operationsPerRound: Int
  /// Runs a number of rounds of independent multiply-adds in registers.
  package var multiplyAddsF32: @Sendable (_ rounds: Int) -> Float
  /// Reads `count` floats once, from the first to the last.
  package var readF32: @Sendable (_ source: UnsafePointer<Float>, _ count: Int) -> Float

  package init(
    operationsPerRound: Int, multiplyAddsF32: @escaping @Sendable (Int) -> Float,
    readF32: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float
  ) {
    self.operationsPerRound = operationsPerRound
    self.multiplyAddsF32 = multiplyAddsF32
    self.readF32 = readF32
  }
}
