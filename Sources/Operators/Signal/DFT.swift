package import Graphs
internal import Tensors

/// `DFT`: the discrete Fourier transform along an axis of real or complex numbers (the last axis has 1 or 2
/// elements), over `dft_length` of them, cut or filled with zeros. `inverse` divides by the length.
/// `onesided` gives the first half of a real signal's transform, and with `inverse` a real signal from such a
/// half. Computed in float64.
///
/// ONNX operator set: DFT-17 to 20.
package struct DFTOp: KernelOperator {
  package static let schema = OperatorSchema(
    "DFT", since: [17, 20],
    inputs: [
      Parameter("input", .floats, variable: "T1"), Parameter("dft_length", .indices, .optional),
      Parameter("axis", [.int64], .optional),
    ],
    outputs: [Parameter("output", .floats, variable: "T1")],
    attributes: ["axis", "inverse", "onesided"])

  package let isInverse: Bool
  package let isOneSided: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    isInverse = try node.flag("inverse") ?? false
    isOneSided = try node.flag("onesided") ?? false
    if node.version < 20 { node.setInput(2, to: Tensor(scalar: Int64(try node.int("axis") ?? 1))) }
  }

  package var attributes: [Attribute] {
    [Attribute("inverse", isInverse), Attribute("onesided", isOneSided)]
  }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    guard var dimensions = context.dimensions(0) else {
      context.setOutput(0, context.elementType(0), nil)
      return
    }
    let rank: Int = dimensions.count
    guard rank >= 2, [nil, 1, 2].contains(dimensions[rank - 1].value) else {
      throw context.error(
        .shapeMismatch, "the input must have a rank of at least 2 and a last axis of 1 or 2 elements")
    }
    dimensions[rank - 1] = isInverse && isOneSided ? 1 : 2
    guard let axis = context.hasInput(2) ? context.integers(2)?.first : -2 else {
      context.setOutput(0, context.elementType(0), dimensions.map { _ in context.freshDimension() })
      return
    }
    let place: Int = try context.normalized(axis: axis, rank: rank)
    guard place < rank - 1 else {
      throw context.error(.invalidAttribute, "axis \(axis) is that of real and imaginary parts")
    }
    var length: Dimension =
      isInverse && isOneSided ? Dimension(2) * (dimensions[place] - 1) : dimensions[place]
    if context.hasInput(1) { length = context.knownDimensions(1)?.first ?? context.freshDimension() }
    if let value = length.value, value < 1 || value > 1 << 40 {
      throw context.error(.shapeMismatch, "a transform of length \(value) is not possible")
    }
    dimensions[place] = isOneSided && !isInverse ? length.divided(by: 2) + 1 : length
    context.setOutput(0, context.elementType(0), dimensions)
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (x, y): (Shape, Shape) = (context.input(0).shape, context.output(0).shape)
    let named: Int = context.optionalInput(2) == nil ? -2 : try context.integers(ofInput: 2).first ?? -2
    let axis: Int = x.normalized(axis: named) ?? 0
    var length: Int = y[axis]
    if isOneSided, !isInverse {
      length = context.optionalInput(1) == nil ? x[axis] : try context.integers(ofInput: 1).first ?? x[axis]
    }
    let transform = FourierTransform(max(1, length))
    let lines = SignalLines(
      inner: x.count(axis + 1..<x.rank - 1), inputLength: x[axis], inputParts: x[x.rank - 1],
      outputLength: y[axis], outputParts: y[y.rank - 1])
    let count: Int = x.count(0..<axis) * lines.inner
    let (isInverse, isHalf): (Bool, Bool) = (self.isInverse, isOneSided && self.isInverse)
    context.reserveScratch((2 * transform.count + transform.scratchCount) * 8)
    return try context.widened { (context) throws(PlanError) in
      let (input, output): (RealReader, RealReader) = (
        RealReader(context.input(0)), RealReader(context.output(0))
      )
      return Step { run in
        run.parallel(count) { line, worker in
          let work = run.scratch(worker).assumingMemoryBound(to: Double.self)
          let n: Int = transform.count
          for index in 0..<2 * n { work[index] = 0 }
          let given: Int = min(lines.inputLength, isHalf ? n / 2 + 1 : n)
          for index in 0..<given {
            for part in 0..<lines.inputParts {
              work[2 * index + part] = input.read(run, lines.input(line, index) + part)
            }
            if isHalf, index > 0, 2 * index < n {
              work[2 * (n - index)] = work[2 * index]
              work[2 * (n - index) + 1] = -work[2 * index + 1]
            }
          }
          transform.run(work, inverse: isInverse, scratch: work + 2 * n)
          for index in 0..<lines.outputLength {
            for part in 0..<lines.outputParts {
              output.write(run, lines.output(line, index) + part, work[2 * index + part])
            }
          }
        }
      }
    }
  }
}

/// Where the elements of a line along an axis lie, before the last axis of real and imaginary parts.
private struct SignalLines: Sendable {
  let inner: Int
  let inputLength: Int
  let inputParts: Int
  let outputLength: Int
  let outputParts: Int

  func input(_ line: Int, _ index: Int) -> Int {
    ((line / inner &* inputLength &+ index) &* inner &+ line % inner) &* inputParts
  }

  func output(_ line: Int, _ index: Int) -> Int {
    ((line / inner &* outputLength &+ index) &* inner &+ line % inner) &* outputParts
  }
}
