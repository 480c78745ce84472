internal import Graphs
internal import Tensors

/// Converts `count` elements of a slot to doubles.
struct DoubleLoader: ElementVisitor {
  let slot: Int
  let count: Int

  func visit<Element: ScalarElement>(_ type: Element.Type)
    -> @Sendable (RunContext, UnsafeMutablePointer<Double>) -> Void
  {
    let (slot, count) = (slot, count)
    return { run, out in
      let input = run.input(slot, as: Element.self)
      run.forRanges(of: count, grain: 1 << 15) { range, _ in
        for index in range { out[index] = input[index].asDouble }
      }
    }
  }
}

/// Converts doubles to the `count` elements of a slot (see `ScalarElement.nearest`).
struct DoubleStorer: ElementVisitor {
  let slot: Int
  let count: Int

  func visit<Element: ScalarElement>(_ type: Element.Type)
    -> @Sendable (RunContext, UnsafePointer<Double>) -> Void
  {
    let (slot, count) = (slot, count)
    return { run, input in
      let out = run.output(slot, as: Element.self)
      run.forRanges(of: count, grain: 1 << 15) { range, _ in
        for index in range { out[index] = Element.nearest(to: input[index]) }
      }
    }
  }
}

/// A tensor of one element, the nearest to a number.
struct ElementOf: ElementVisitor {
  let number: Double

  func visit<Element: ScalarElement>(_ type: Element.Type) -> Tensor {
    Tensor([Element.nearest(to: number)])
  }
}

extension Tensor {
  /// The elements of a tensor of numbers as doubles; nil for other types.
  var reals: [Double]? { elementType.visit(TensorRealReader(tensor: self)) }
}

private struct TensorRealReader: ElementVisitor {
  let tensor: Tensor

  func visit<Element: ScalarElement>(_ type: Element.Type) -> [Double] {
    tensor.withElements(of: type) { $0.map(\.asDouble) }
  }
}
