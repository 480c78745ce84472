package import Graphs
internal import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `MelWeightMatrix`: the triangular filters [dft_length / 2 + 1, num_mel_bins] that bring a spectrum to the
/// mel scale `2595 log10(1 + f / 700)`, evenly spaced on it between two frequencies.
///
/// ONNX operator set: MelWeightMatrix-17.
package struct MelWeightMatrixOp: KernelOperator {
  package static let schema = OperatorSchema(
    "MelWeightMatrix", since: [17],
    inputs: [
      Parameter("num_mel_bins", .indices, variable: "T1"), Parameter("dft_length", .indices, variable: "T1"),
      Parameter("sample_rate", .indices, variable: "T1"),
      Parameter("lower_edge_hertz", .floats, variable: "T2"),
      Parameter("upper_edge_hertz", .floats, variable: "T2"),
    ],
    outputs: [Parameter("output", .numbers)],
    attributes: ["output_datatype"])

  let type: ElementType

  package init(_ node: inout NodeReader) throws(GraphError) {
    type = try node.elementType("output_datatype") ?? .float32
    guard TypeSet.numbers.contains(type) else {
      throw node.error(.invalidAttribute, "attribute 'output_datatype' must be a number, found \(type.name)")
    }
  }

  package var attributes: [Attribute] { [Attribute("output_datatype", Int(type.rawValue))] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    let bins: Dimension = context.knownDimensions(0)?.first ?? context.freshDimension()
    let length: Dimension = context.knownDimensions(1)?.first ?? context.freshDimension()
    for value in [bins.value, length.value, context.integers(2)?.first] {
      if let value, value < 1 || value > 1 << 30 {
        throw context.error(.invalidInput, "the sizes and the sample rate must be positive, found \(value)")
      }
    }
    context.setOutput(0, type, [length.divided(by: 2) + 1, bins])
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    let bins: Int = context.output(0).shape[1]
    let rows: Int = context.output(0).shape[0]
    let length: Int = try context.integers(ofInput: 1).first ?? 1
    let rate: Int = try context.integers(ofInput: 2).first ?? 1
    let (low, high): (RealReader, RealReader) = (RealReader(context.input(3)), RealReader(context.input(4)))
    let (slot, type, bytes): (Int, ElementType, Int) = (
      context.output(0).slot, self.type, self.type.byteCount(of: context.output(0).shape.count) ?? 0
    )
    return Step { (run) throws(ExecutionError) in
      let target: UnsafeMutableRawPointer = run.slots[slot]
      target.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      let first: Double = 2595 * log1p(low.read(run, 0) / 700) / log(10)
      let last: Double = 2595 * log1p(high.read(run, 0) / 700) / log(10)
      let step: Double = (last - first) / Double(bins + 2)
      // The row of the spectrum where filter edge `index` lies.
      func edge(_ index: Int) throws(ExecutionError) -> Int {
        let hertz: Double = 700 * expm1((first + Double(index) * step) / 2595 * log(10))
        let place: Double = (Double(length + 1) * hertz / Double(rate)).rounded(.down)
        guard place >= 0, place < Double(rows) else {
          throw ExecutionError(.invalidData, "the filters reach beyond the spectrum's \(rows) rows")
        }
        return Int(place)
      }
      for bin in 0..<bins {
        let (left, center, right): (Int, Int, Int) = (try edge(bin), try edge(bin + 1), try edge(bin + 2))
        if left == center { RealReader.store(target, type, center * bins + bin, 1) }
        for row in left..<max(left, center + 1) where left < center {
          RealReader.store(target, type, row * bins + bin, Double(row - left) / Double(center - left))
        }
        for row in center..<max(center, right) {
          RealReader.store(target, type, row * bins + bin, Double(right - row) / Double(right - center))
        }
      }
    }
  }
}
