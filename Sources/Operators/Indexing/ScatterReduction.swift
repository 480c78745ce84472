internal import Graphs
internal import Tensors

/// What becomes of an element that an update is scattered to.
package enum ScatterReduction: String, Sendable {
  case none, add, mul, max, min
}

/// `out[positions[i]] = f(out[positions[i]], updates[i])` for slices `i` of a range, in order; positions are
/// in elements.
typealias ScatterKernel =
  @Sendable (
    _ range: Range<Int>, _ out: UnsafeMutableRawPointer, _ updates: UnsafeRawPointer,
    _ positions: UnsafePointer<Int>
  ) -> Void

extension PrepareContext {
  /// The kernel that scatters slices of `sliceCount` elements of `type`.
  func scatterKernel(_ reduction: ScatterReduction, _ type: ElementType, sliceCount: Int)
    throws(PlanError) -> ScatterKernel
  {
    if reduction == .none {
      let copy = PositionedCopy(count: 0, sliceCount: sliceCount, elementSize: type.byteWidth)
      return { range, out, updates, positions in copy.scatter(range, out, updates, positions) }
    }
    guard let kernel = type.visit(ReducingScatter(reduction: reduction, sliceCount: sliceCount)) else {
      throw unsupported(type)
    }
    return kernel
  }
}

private struct ReducingScatter: ElementVisitor {
  let reduction: ScatterReduction
  let sliceCount: Int

  func visit<Element: ScalarElement>(_ type: Element.Type) -> ScatterKernel {
    switch reduction {
    case .none, .add: kernel(type) { Element.sum($0, $1) }
    case .mul: kernel(type) { Element.product($0, $1) }
    case .max: kernel(type) { Element.larger($0, $1) }
    case .min: kernel(type) { Element.smaller($0, $1) }
    }
  }

  @inline(__always)
  private func kernel<Element: ScalarElement>(
    _ type: Element.Type, _ combine: @escaping @Sendable (Element, Element) -> Element
  ) -> ScatterKernel {
    let length: Int = sliceCount
    return { range, out, updates, positions in
      let target = out.assumingMemoryBound(to: Element.self)
      let source = updates.assumingMemoryBound(to: Element.self)
      for slice in range {
        let (to, from) = (target + positions[slice], source + slice &* length)
        for index in 0..<length { to[index] = combine(to[index], from[index]) }
      }
    }
  }
}

extension NodeReader {
  /// The attribute `reduction`.
  func scatterReduction() throws(GraphError) -> ScatterReduction {
    let name: String = try string("reduction") ?? "none"
    guard let reduction = ScatterReduction(rawValue: name) else {
      throw error(
        .invalidAttribute, "attribute 'reduction' must be none, add, mul, max or min, found '\(name)'")
    }
    return reduction
  }
}
