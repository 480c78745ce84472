internal import Graphs
internal import KernelInterface
internal import Tensors

/// A step that converts input 0 to the type of output 0.
func castStep(_ context: PrepareContext, _ options: ElementCodec.Options) throws(PlanError) -> Step {
  let (input, output) = (context.input(0), context.output(0))
  if input.elementType == output.elementType { return copyStep(context) }
  let (source, target, count) = (input.slot, output.slot, output.shape.count)
  if let from = input.elementType.kernelElement, let to = output.elementType.kernelElement,
    let kernel = context.conversion(from, to)
  {
    let (size, outSize) = (from.size, to.size)
    return Step { run in
      let (base, outBase) = (run.slots[source], run.slots[target])
      run.forRanges(of: count, grain: 1 << 15) { range, _ in
        let start: Int = range.lowerBound
        kernel(outBase + start &* outSize, base + start &* size, range.count)
      }
    }
  }
  guard let convert = ElementConversion(input.elementType, output.elementType, options) else {
    throw context.error(
      .unsupportedType, "\(input.elementType.name) can't be converted to \(output.elementType.name)")
  }
  return Step { run in
    let (base, outBase) = (run.slots[source], run.slots[target])
    run.forRanges(of: count, grain: 1 << 13) { range, _ in
      convert(outBase, base, first: range.lowerBound, count: range.count)
    }
  }
}

extension ElementCodec.Options {
  /// The options that a node's `saturate` and `round_mode` give.
  init(_ node: NodeReader) throws(GraphError) {
    saturate = try node.flag("saturate") ?? true
    let mode: String = try node.string("round_mode") ?? "up"
    guard let rounding = Scale8.Rounding(rawValue: mode) else {
      throw node.error(
        .invalidAttribute,
        "attribute 'round_mode' must be \"up\", \"down\" or \"nearest\", found \"\(mode)\"")
    }
    self.rounding = rounding
  }

  var attributes: [Attribute] {
    [Attribute("saturate", saturate), Attribute("round_mode", rounding.rawValue)]
  }
}

extension TypeSet {
  /// What can be cast: every type but complex numbers.
  static let castable = TypeSet(ElementType.allCases.filter { $0 != .complex64 && $0 != .complex128 })
}
