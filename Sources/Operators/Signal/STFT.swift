package import Graphs
internal import Tensors

/// `STFT`: the Fourier transforms of frames of a signal [batch, length, 1 or 2], each `frame_length` long,
/// `frame_step` apart and multiplied by `window`: [batch, frames, bins, 2], where bins are the first half
/// (`frame_length / 2 + 1`) with `onesided`. Computed in float64.
///
/// ONNX operator set: STFT-17.
package struct STFTOp: KernelOperator {
  package static let schema = OperatorSchema(
    "STFT", since: [17],
    inputs: [
      Parameter("signal", .floats, variable: "T1"), Parameter("frame_step", .indices),
      Parameter("window", .floats, .optional, variable: "T1"),
      Parameter("frame_length", .indices, .optional),
    ],
    outputs: [Parameter("output", .floats, variable: "T1")],
    attributes: ["onesided"])

  package let isOneSided: Bool

  package init(_ node: inout NodeReader) throws(GraphError) { isOneSided = try node.flag("onesided") ?? true }

  package var attributes: [Attribute] { [Attribute("onesided", isOneSided)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let signal: [Dimension]? = context.dimensions(0)
    guard signal?.count ?? 3 == 3, [nil, 1, 2].contains(signal?[2].value) else {
      throw context.error(.shapeMismatch, "the signal must be [batch, length, 1 or 2]")
    }
    var frame: Dimension? = signal?[1]
    if context.hasInput(2) { frame = context.dimensions(2)?.first }
    if context.hasInput(3) { frame = context.knownDimensions(3)?.first }
    if let window = context.dimensions(2)?.first?.value, let length = frame?.value, window != length {
      throw context.error(.shapeMismatch, "the window has \(window) elements for frames of \(length)")
    }
    var frames: Dimension?
    if let step = context.integers(1)?.first {
      guard step >= 1 else {
        throw context.error(.invalidInput, "frame_step must be positive, found \(step)")
      }
      if let length = signal?[1], let frame {
        let room: Dimension = length - frame
        guard room.value ?? 0 >= 0, frame.value ?? 1 >= 1 else {
          throw context.error(.shapeMismatch, "a frame of \(frame) doesn't fit into a signal of \(length)")
        }
        frames = room.divided(by: Dimension(step)) + 1
      }
    }
    let bins: Dimension? = isOneSided ? frame.map { $0.divided(by: 2) + 1 } : frame
    context.setOutput(
      0, context.elementType(0),
      [
        signal?[0] ?? context.freshDimension(), frames ?? context.freshDimension(),
        bins ?? context.freshDimension(), 2,
      ])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let (x, y): (Shape, Shape) = (context.input(0).shape, context.output(0).shape)
    let step: Int = try context.integers(ofInput: 1).first ?? 1
    let whole: Int = context.optionalInput(2)?.shape[0] ?? x[1]
    let length: Int =
      context.optionalInput(3) == nil ? whole : try context.integers(ofInput: 3).first ?? whole
    guard length >= 1, y[1] == 0 || (y[1] - 1) * step + length <= x[1] else {
      throw context.error(.invalidGraph, "the frames don't fit into the signal")
    }
    let transform = FourierTransform(length)
    let (frames, bins, parts, total): (Int, Int, Int, Int) = (y[1], y[2], x[2], x[1])
    context.reserveScratch((2 * length + transform.scratchCount) * 8)
    return try context.widened { (context) throws(PlanError) in
      let (input, output): (RealReader, RealReader) = (
        RealReader(context.input(0)), RealReader(context.output(0))
      )
      let window: RealReader? = context.optionalInput(2).map { RealReader($0) }
      return Step { run in
        run.parallel(x[0] * frames) { task, worker in
          let work = run.scratch(worker).assumingMemoryBound(to: Double.self)
          let start: Int = task / frames &* total &+ task % frames &* step
          for index in 0..<length {
            let factor: Double = window?.read(run, index) ?? 1
            work[2 * index + 1] = 0
            for part in 0..<parts {
              work[2 * index + part] = factor * input.read(run, (start &+ index) &* parts &+ part)
            }
          }
          transform.run(work, inverse: false, scratch: work + 2 * length)
          for index in 0..<2 * bins { output.write(run, task &* 2 &* bins &+ index, work[index]) }
        }
      }
    }
  }
}
