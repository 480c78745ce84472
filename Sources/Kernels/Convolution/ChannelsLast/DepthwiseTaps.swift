/// A row of the input as the columns of a depthwise tile read it. At a tile's edge, columns outside the image
/// are read as zeros.
struct DepthwiseRow<Lanes: ProductLanes> {
  /// Column 0.
  var source: UnsafePointer<Lanes.Element>
  var pitch: Int
  /// The columns that exist.
  var first: Int
  var count: UInt
  var zeros: UnsafePointer<Lanes.Element>

  @inline(__always) func load(_ column: Int, _ isEdge: Bool) -> Lanes.Vector {
    guard isEdge else { return Lanes.load(source + column * pitch) }
    let isInside: Bool = UInt(bitPattern: column - first) < count
    return Lanes.load(isInside ? source + column * pitch : zeros)
  }
}

/// Neighbouring taps of a row of depthwise kernels, a register of channels each. What output columns read in
/// common is loaded once, since places are constants where tiles are specialized.
protocol DepthwiseTaps {
  associatedtype Lanes: ProductLanes

  /// The stride of columns, given that of the convolution.
  static func stride(_ stride: Int) -> Int
  /// Weights `pitch` apart.
  init(_ weights: UnsafePointer<Lanes.Element>, _ pitch: Int, _ stride: Int)
  /// `sum` plus weights times what column `column` of a tile of `tile` columns reads.
  func added(_ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int) -> Lanes.Vector
}

/// A single tap, any stride.
struct DepthwiseOneTap<Lanes: ProductLanes>: DepthwiseTaps {
  var weights: Lanes.Vector
  var stride: Int

  @inline(__always) static func stride(_ stride: Int) -> Int { stride }

  @inline(__always) init(_ weights: UnsafePointer<Lanes.Element>, _ pitch: Int, _ stride: Int) {
    self.weights = Lanes.load(weights)
    self.stride = stride
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int) -> Lanes.Vector {
    Lanes.mulAdd(row.load(column * stride, true), weights, sum)
  }
}

/// A stride that is known.
protocol DepthwiseStride {
  static var value: Int { get }
}

enum DepthwiseStrideOne: DepthwiseStride {
  @inline(__always) static var value: Int { 1 }
}

enum DepthwiseStrideTwo: DepthwiseStride {
  @inline(__always) static var value: Int { 2 }
}

/// Three taps. As many input columns may miss on either side of the image as there are taps beside the middle
/// one.
struct DepthwiseThreeTaps<Lanes: ProductLanes, Stride: DepthwiseStride>: DepthwiseTaps {
  var weights0: Lanes.Vector
  var weights1: Lanes.Vector
  var weights2: Lanes.Vector

  @inline(__always) static func stride(_ stride: Int) -> Int { Stride.value }

  @inline(__always) init(_ weights: UnsafePointer<Lanes.Element>, _ pitch: Int, _ stride: Int) {
    weights0 = Lanes.load(weights)
    weights1 = Lanes.load(weights + pitch)
    weights2 = Lanes.load(weights + 2 * pitch)
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int) -> Lanes.Vector {
    added(sum, row, column, tile, 3)
  }

  /// The same as the first taps of a row of `taps`.
  @inline(__always)
  func added(
    _ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int, _ taps: Int
  ) -> Lanes.Vector {
    let first: Int = column * Stride.value
    let span: Int = (tile - 1) * Stride.value + taps
    var sum: Lanes.Vector = Lanes.mulAdd(row.load(first, isEdge(first, span, taps)), weights0, sum)
    sum = Lanes.mulAdd(row.load(first + 1, isEdge(first + 1, span, taps)), weights1, sum)
    return Lanes.mulAdd(row.load(first + 2, isEdge(first + 2, span, taps)), weights2, sum)
  }
}

/// Whether input column `column` of a tile that reads `span` of them may be outside the image.
@inline(__always) private func isEdge(_ column: Int, _ span: Int, _ taps: Int) -> Bool {
  column < taps / 2 || column >= span - taps / 2
}

/// Five taps.
struct DepthwiseFiveTaps<Lanes: ProductLanes, Stride: DepthwiseStride>: DepthwiseTaps {
  var left: DepthwiseThreeTaps<Lanes, Stride>
  var weights3: Lanes.Vector
  var weights4: Lanes.Vector

  @inline(__always) static func stride(_ stride: Int) -> Int { Stride.value }

  @inline(__always) init(_ weights: UnsafePointer<Lanes.Element>, _ pitch: Int, _ stride: Int) {
    left = DepthwiseThreeTaps<Lanes, Stride>(weights, pitch, stride)
    weights3 = Lanes.load(weights + 3 * pitch)
    weights4 = Lanes.load(weights + 4 * pitch)
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int) -> Lanes.Vector {
    added(sum, row, column, tile, 5)
  }

  /// The same as the first taps of a row of `taps`.
  @inline(__always)
  func added(
    _ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int, _ taps: Int
  ) -> Lanes.Vector {
    let first: Int = column * Stride.value
    let span: Int = (tile - 1) * Stride.value + taps
    var sum: Lanes.Vector = left.added(sum, row, column, tile, taps)
    sum = Lanes.mulAdd(row.load(first + 3, isEdge(first + 3, span, taps)), weights3, sum)
    return Lanes.mulAdd(row.load(first + 4, isEdge(first + 4, span, taps)), weights4, sum)
  }
}

/// Seven taps.
struct DepthwiseSevenTaps<Lanes: ProductLanes, Stride: DepthwiseStride>: DepthwiseTaps {
  var left: DepthwiseFiveTaps<Lanes, Stride>
  var weights5: Lanes.Vector
  var weights6: Lanes.Vector

  @inline(__always) static func stride(_ stride: Int) -> Int { Stride.value }

  @inline(__always) init(_ weights: UnsafePointer<Lanes.Element>, _ pitch: Int, _ stride: Int) {
    left = DepthwiseFiveTaps<Lanes, Stride>(weights, pitch, stride)
    weights5 = Lanes.load(weights + 5 * pitch)
    weights6 = Lanes.load(weights + 6 * pitch)
  }

  @inline(__always)
  func added(_ sum: Lanes.Vector, _ row: DepthwiseRow<Lanes>, _ column: Int, _ tile: Int) -> Lanes.Vector {
    let first: Int = column * Stride.value
    let span: Int = (tile - 1) * Stride.value + 7
    var sum: Lanes.Vector = left.added(sum, row, column, tile, 7)
    sum = Lanes.mulAdd(row.load(first + 5, isEdge(first + 5, span, 7)), weights5, sum)
    return Lanes.mulAdd(row.load(first + 6, isEdge(first + 6, span, 7)), weights6, sum)
  }
}
