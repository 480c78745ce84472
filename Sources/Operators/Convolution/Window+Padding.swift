package import Graphs

extension Window {
  /// The window over an input that is padded so, with its own padding around that; nil where its own padding
  /// follows from the input's extents.
  func padded(by pads: [Int]) -> Window? {
    guard autoPad == .none || autoPad == .valid else { return nil }
    let own: [Int] = autoPad == .valid ? pads.map { _ in 0 } : self.pads ?? pads.map { _ in 0 }
    guard own.count == pads.count else { return nil }
    var result: Window = self
    result.autoPad = .none
    result.pads = zip(own, pads).map { $0 + $1 }
    return result
  }
}

/// Zeros around the input are what a convolution pads with.
extension ConvOp: PaddingOperator {
  package func padded(by pads: [Int], with value: Double) -> (any Operator)? {
    guard value == 0, let window = geometry.window.padded(by: pads) else { return nil }
    return ConvOp(geometry: ConvolutionGeometry(window: window, groups: geometry.groups))
  }

  init(geometry: ConvolutionGeometry) { self.geometry = geometry }
}

/// Numbers below all others around the input are what a maximum pads with.
extension MaxPoolOp: PaddingOperator {
  package func padded(by pads: [Int], with value: Double) -> (any Operator)? {
    guard value == -.infinity, let window = geometry.window.padded(by: pads) else { return nil }
    return MaxPoolOp(geometry: geometry.replacing(window))
  }

  init(geometry: PoolingGeometry) { self.geometry = geometry }
}

/// Zeros around the input are counted like its elements.
extension AveragePoolOp: PaddingOperator {
  package func padded(by pads: [Int], with value: Double) -> (any Operator)? {
    let isOwnCounted: Bool = geometry.countsPadding || geometry.window.padsNothing
    guard value == 0, isOwnCounted, !geometry.window.roundsUp,
      let window = geometry.window.padded(by: pads)
    else { return nil }
    var padded: PoolingGeometry = geometry.replacing(window)
    padded.countsPadding = true
    return AveragePoolOp(geometry: padded)
  }

  init(geometry: PoolingGeometry) { self.geometry = geometry }
}

extension PoolingGeometry {
  fileprivate func replacing(_ window: Window) -> PoolingGeometry {
    var result: PoolingGeometry = self
    result.window = window
    return result
  }
}
