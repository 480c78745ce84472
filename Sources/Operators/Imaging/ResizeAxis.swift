internal import Tensors

/// How an output position along an axis becomes an input position.
package enum ResizeCoordinates: String, Sendable {
  case halfPixel = "half_pixel"
  case halfPixelSymmetric = "half_pixel_symmetric"
  case pytorchHalfPixel = "pytorch_half_pixel"
  case alignCorners = "align_corners"
  case asymmetric
  case cropAndResize = "tf_crop_and_resize"
}

/// How an input position becomes that of one element.
package enum NearestRounding: String, Sendable {
  case preferFloor = "round_prefer_floor"
  case preferCeil = "round_prefer_ceil"
  case floor, ceil
}

/// One resized axis: its lengths, its scale (which need not be their quotient), and the part of the input
/// that `cropAndResize` takes, in lengths.
struct ResizeAxis: Sendable {
  let inLength: Int
  let outLength: Int
  let scale: Double
  var roi: (start: Double, end: Double) = (0, 1)

  /// Whether the axis stays as it is.
  var isIdentity: Bool { inLength == outLength && scale == 1 && roi.start == 0 && roi.end == 1 }

  /// The input position of output position `index`.
  func position(_ index: Int, _ coordinates: ResizeCoordinates) -> Double {
    let x = Double(index)
    let length: Double = scale * Double(inLength)
    let last = Double(inLength - 1)
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      let offset: Double = Double(inLength) / 2 * (1 - Double(outLength) / length)
      return offset + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return length == 1 ? -0.5 : (x + 0.5) / scale - 0.5
    case .alignCorners: return length == 1 ? 0 : x * last / (length - 1)
    case .asymmetric: return x / scale
    case .cropAndResize:
      let width: Double = (roi.end - roi.start) * last
      return roi.start * last + (length == 1 ? width / 2 : x * width / (length - 1))
    }
  }

  /// Whether an input position lies outside of the input.
  func isOutside(_ position: Double) -> Bool { !(position >= 0 && position <= Double(inLength - 1)) }

  /// The nearest element of each output position.
  func nearest(_ coordinates: ResizeCoordinates, _ rounding: NearestRounding) -> [Int] {
    (0..<outLength).map { index in
      let x: Double = position(index, coordinates)
      let rounded: Double =
        switch rounding {
        case .preferFloor: (x - 0.5).rounded(.up)
        case .preferCeil: (x + 0.5).rounded(.down)
        case .floor: x.rounded(.down)
        case .ceil: x.rounded(.up)
        }
      return Int(max(0, min(rounded, Double(inLength - 1))))
    }
  }
}

/// The elements, with their weights, that each output position along an axis is the sum of.
struct ResizeWeights: Sendable {
  private(set) var taps: Int = 0
  private(set) var positions: [Int32] = []
  private(set) var weights: [Double] = []

  /// A kernel `filter`, 0 beyond `radius`, around each position; widened by the scale where the axis shrinks
  /// and `antialias` is set. Elements beyond the edge are the edge's, or, with `excludesOutside`, none.
  init(
    _ axis: ResizeAxis, _ coordinates: ResizeCoordinates, radius: Int, antialias: Bool, excludesOutside: Bool,
    filter: (Double) -> Double
  ) {
    let shrink: Double = antialias ? min(axis.scale, 1) : 1
    let reach = Int((Double(radius) / shrink).rounded(.up))
    taps = 2 * reach
    let last: Int = axis.inLength - 1
    for index in 0..<axis.outLength {
      let x: Double = axis.position(index, coordinates)
      let floor: Double = max(-1e9, min(x.rounded(.down), 1e9))
      let first = Int(floor) - reach + 1
      var row: [Double] = []
      var sum: Double = 0
      for tap in 0..<taps {
        let place: Int = first + tap
        let isOutside: Bool = place < 0 || place > last
        let weight: Double = isOutside && excludesOutside ? 0 : filter((Double(place) - x) * shrink)
        row.append(weight)
        sum += weight
        positions.append(Int32(clamping: max(0, min(place, last))))
      }
      let normalizes: Bool = (antialias || excludesOutside) && sum != 0
      weights += normalizes ? row.map { $0 / sum } : row
    }
  }

  /// The triangle of linear interpolation.
  static func linear(_ x: Double) -> Double { max(0, 1 - abs(x)) }

  /// The piecewise cubic of Keys (1981) with the parameter `a`.
  static func cubic(_ x: Double, a: Double) -> Double {
    let d: Double = abs(x)
    if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
    if d < 2 { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a }
    return 0
  }
}
