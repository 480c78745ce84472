internal import KernelInterface

/// Both sides of a Winograd convolution, a register of channels at a time.
struct WinogradTransforms<Form: WinogradForm> {
  typealias Lanes = Form.Lanes
  typealias Element = Lanes.Element

  @inline(__always) static var products: Int { Form.inputs * Form.inputs }
  @inline(__always) static var outputs: Int { Form.outputs * Form.outputs }

  /// Transforms `channels` channels of one tile. `pixels` says where its inputs begin, row by row. Products
  /// go to
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

  /// G g G^T of `count` 3 x 3 kernels, one a lane of a register of outputs, `pitch` apart in `out`. Kernels
  /// are
  /// `stride` apart.
  @inline(__always)
  static func weights(
    _ kernels: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ out: UnsafeMutablePointer<Float>,
    _ pitch: Int
  ) {
    let half: Int = VF64.scalarCount
    let low = WinogradKernels(kernels, stride, smaller(half, count))
    let high = WinogradKernels(kernels + half * stride, stride, count - half)
    for i in 0..<Form.inputs {
      let low0: VF64 = Form.weight(i, low.g0, low.g3, low.g6)
      let low1: VF64 = Form.weight(i, low.g1, low.g4, low.g7)
      let low2: VF64 = Form.weight(i, low.g2, low.g5, low.g8)
      let high0: VF64 = Form.weight(i, high.g0, high.g3, high.g6)
      let high1: VF64 = Form.weight(i, high.g1, high.g4, high.g7)
      let high2: VF64 = Form.weight(i, high.g2, high.g5, high.g8)
      for j in 0..<Form.inputs {
        let value: VF32 = narrow(Form.weight(j, low0, low1, low2), Form.weight(j, high0, high1, high2))
        F32Lanes.store(value, out + (i * Form.inputs + j) * pitch)
      }
    }
  }
}

/// The nine weights of some 3 x 3 kernels, one kernel a lane; lanes past them are zero.
struct WinogradKernels {
  var g0: VF64 = VF64(repeating: 0)
  var g1: VF64 = VF64(repeating: 0)
  var g2: VF64 = VF64(repeating: 0)
  var g3: VF64 = VF64(repeating: 0)
  var g4: VF64 = VF64(repeating: 0)
  var g5: VF64 = VF64(repeating: 0)
  var g6: VF64 = VF64(repeating: 0)
  var g7: VF64 = VF64(repeating: 0)
  var g8: VF64 = VF64(repeating: 0)

  @inline(__always) init(_ kernels: UnsafePointer<Float>, _ stride: Int, _ count: Int) {
    var from: UnsafePointer<Float> = kernels
    var lane: Int = 0
    while lane < count {
      g0[lane] = Double(from[0])
      g1[lane] = Double(from[1])
      g2[lane] = Double(from[2])
      g3[lane] = Double(from[3])
      g4[lane] = Double(from[4])
      g5[lane] = Double(from[5])
      g6[lane] = Double(from[6])
      g7[lane] = Double(from[7])
      g8[lane] = Double(from[8])
      from += stride
      lane += 1
    }
  }
}
