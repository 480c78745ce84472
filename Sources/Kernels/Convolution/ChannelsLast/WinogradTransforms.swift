internal import KernelInterface

/// Both sides of a Winograd convolution, a register of channels at a time.
struct WinogradTransforms<Form: WinogradForm> {
  typealias Lanes = Form.Lanes
  typealias Element = Lanes.Element

  @inline(__always) static var products: Int { Form.inputs * Form.inputs }
  @inline(__always) static var outputs: Int { Form.outputs * Form.outputs }

  /// Transforms `channels` channels of one tile. `pixels` says where its inputs begin, row by row. Products go to
  /// `out`, `productPitch` apart, lanes past the last channel as zeros.
  @inline(never)
  static func enter(
    _ pixels: UnsafePointer<UnsafePointer<Element>>, _ channels: Int, _ out: UnsafeMutablePointer<Element>,
    _ productPitch: Int, _ temporary: UnsafeMutablePointer<Element>
  ) {
    var channel: Int = 0
    while channel < channels {
      let left: Int = channels - channel
      for column in 0..<Form.inputs {
        Form.enter(
          {
            let from: UnsafePointer<Element> = pixels[$0 * Form.inputs + column] + channel
            return left >= Lanes.count ? Lanes.load(from) : Lanes.load(from, left)
          }, { Lanes.store($1, temporary + ($0 * Form.inputs + column) * Lanes.count) })
      }
      let to: UnsafeMutablePointer<Element> = out + channel
      for row in 0..<Form.inputs {
        let line: UnsafeMutablePointer<Element> = temporary + row * Form.inputs * Lanes.count
        Form.enter(
          { Lanes.load(line + $0 * Lanes.count) },
          { Lanes.store($1, to + (row * Form.inputs + $0) * productPitch) })
      }
      channel += Lanes.count
    }
  }

  /// Transforms one register of outputs of a tile: products at `from`, `productPitch` apart, to `out` as
  /// [row][column], `outPitch` apart, plus `start`.
  @inline(__always)
  static func leave(
    _ from: UnsafePointer<Element>, _ productPitch: Int, _ start: Lanes.Vector,
    _ out: UnsafeMutablePointer<Element>, _ outPitch: Int, _ temporary: UnsafeMutablePointer<Element>
  ) {
    for column in 0..<Form.inputs {
      Form.leave(
        { Lanes.load(from + ($0 * Form.inputs + column) * productPitch) },
        { Lanes.store($1, temporary + ($0 * Form.inputs + column) * Lanes.count) })
    }
    for row in 0..<Form.outputs {
      let line: UnsafeMutablePointer<Element> = temporary + row * Form.inputs * Lanes.count
      Form.leave(
        { Lanes.load(line + $0 * Lanes.count) },
        { Lanes.store(Lanes.add($1, start), out + (row * Form.outputs + $0) * outPitch) })
    }
  }

  /// G g G^T of one 3 x 3 kernel, in double precision, `pitch` apart.
  static func weights(_ kernel: UnsafePointer<Element>, _ out: UnsafeMutablePointer<Element>, _ pitch: Int) {
    for i in 0..<Form.inputs {
      let a: Double = Form.weight(i, Double(kernel[0]), Double(kernel[3]), Double(kernel[6]))
      let b: Double = Form.weight(i, Double(kernel[1]), Double(kernel[4]), Double(kernel[7]))
      let c: Double = Form.weight(i, Double(kernel[2]), Double(kernel[5]), Double(kernel[8]))
      for j in 0..<Form.inputs {
        out[(i * Form.inputs + j) * pitch] = Element(Form.weight(j, a, b, c))
      }
    }
  }
}
