package import Graphs
internal import KernelInterface
internal import Tensors

/// `Einsum`: sums of products as Einstein's notation says them: axes with one label have one extent, and
/// labels that the output lacks are summed over. An ellipsis stands for axes that broadcast; without `->` the
/// output has the ellipsis and then the labels that occur once, in the alphabet's order.
///
/// Two floating operands become matrix products where they can; anything else runs as loops.
///
/// ONNX operator set: Einsum-12 to 28.
package struct EinsumOp: KernelOperator {
  package static let schema = OperatorSchema(
    "Einsum", since: [12, 28],
    inputs: [Parameter("Inputs", .numbers, .variadic, variable: "T")],
    outputs: [Parameter("Output", .numbers, variable: "T")],
    attributes: ["equation"])

  package let equation: String

  package init(_ node: inout NodeReader) throws(GraphError) {
    equation = try node.required("equation", try node.string("equation"))
  }

  package var attributes: [Attribute] { [Attribute("equation", equation)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    var shapes: [[Dimension]] = []
    for index in 0..<context.inputCount {
      guard let shape = context.dimensions(index) else {
        context.setOutput(0, context.elementType(0), nil)
        return
      }
      shapes.append(shape)
    }
    let parsed: EinsumEquation
    do throws(EinsumProblem) { parsed = try EinsumEquation(equation, ranks: shapes.map(\.count)) } catch {
      throw context.error(.invalidAttribute, "equation '\(equation)': \(error.message)")
    }
    var extents: [Int: Dimension] = [:]
    for (labels, shape) in zip(parsed.operands, shapes) {
      for (label, extent) in zip(labels, shape) {
        guard let known = extents[label], known.value != 1 else {
          extents[label] = extent
          continue
        }
        if let a = known.value, let b = extent.value, a != b, b != 1 {
          throw context.error(.shapeMismatch, "a label of equation '\(equation)' has extents \(a) and \(b)")
        }
        if known.value == nil, let b = extent.value, b != 1 { extents[label] = extent }
      }
    }
    context.setOutput(0, context.elementType(0), parsed.output.map { extents[$0] ?? 1 })
  }

  package func prepare(_ context: inout PrepareContext) throws(PlanError) -> Step {
    try context.widened { (context) throws(PlanError) in
      let shapes: [Shape] = context.inputs.compactMap { $0?.shape }
      let parsed: EinsumEquation
      do throws(EinsumProblem) { parsed = try EinsumEquation(equation, ranks: shapes.map(\.rank)) } catch {
        throw context.error(.invalidGraph, error.message)
      }
      var extents: [Int: Int] = [:]
      for (labels, shape) in zip(parsed.operands, shapes) {
        for (axis, label) in labels.enumerated() where shape[axis] != 1 || extents[label] == nil {
          extents[label] = shape[axis]
        }
      }
      let type: ElementType = context.output(0).elementType
      if let product = EinsumProduct(parsed, shapes: shapes, extents: extents) {
        if type == .float32 { return product.step(&context, context.kernels.gemmF32) }
        if type == .float64 { return product.step(&context, context.kernels.gemmF64) }
      }
      let loops = EinsumLoops(context, parsed, extents: extents, y: context.output(0).slot)
      switch type {
      case .float32: return loops.step(Float.self)
      case .float64: return loops.step(Double.self)
      case .int8: return loops.step(Int8.self)
      case .int16: return loops.step(Int16.self)
      case .int32: return loops.step(Int32.self)
      case .int64: return loops.step(Int64.self)
      case .uint8: return loops.step(UInt8.self)
      case .uint16: return loops.step(UInt16.self)
      case .uint32: return loops.step(UInt32.self)
      case .uint64: return loops.step(UInt64.self)
      default: throw context.unsupported(type)
      }
    }
  }
}
