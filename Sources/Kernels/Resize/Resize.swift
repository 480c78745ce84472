internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The family of resampling passes.
let resizeKernels = ResizeKernels(
  weightedF32: { weightedF32($0, $1, $2, $3, $4, $5, $6, $7, $8) },
  nearest: { nearest($0, $1, $2, $3, $4, $5, $6, $7) })

private func weightedF32(
  _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ outer: Int, _ inLength: Int,
  _ outLength: Int, _ inner: Int, _ positions: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>,
  _ taps: Int
) {
  var o: Int = 0
  while o < outer {
    let x: UnsafePointer<Float> = input + o &* inLength &* inner
    let y: UnsafeMutablePointer<Float> = out + o &* outLength &* inner
    if inner == 1 {
      resampleLine(y, x, outLength, positions, weights, taps)
    } else {
      resampleRows(y, x, outLength, inner, positions, weights, taps)
    }
    o &+= 1
  }
}

@inline(__always)
private func resampleLine(
  _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ outLength: Int,
  _ positions: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ taps: Int
) {
  var l: Int = 0
  if taps == 2 {
    while l < outLength {
      let a: Float = x[Int(positions[2 &* l])]
      let b: Float = x[Int(positions[2 &* l &+ 1])]
      y[l] = mulAdd(a, weights[2 &* l], b * weights[2 &* l &+ 1])
      l &+= 1
    }
    return
  }
  while l < outLength {
    var sum: Float = 0
    var t: Int = l &* taps
    let end: Int = t &+ taps
    while t < end {
      sum = mulAdd(weights[t], x[Int(positions[t])], sum)
      t &+= 1
    }
    y[l] = sum
    l &+= 1
  }
}

@inline(__always)
private func resampleRows(
  _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ outLength: Int, _ inner: Int,
  _ positions: UnsafePointer<Int32>, _ weights: UnsafePointer<Float>, _ taps: Int
) {
  var l: Int = 0
  while l < outLength {
    let to: UnsafeMutablePointer<Float> = y + l &* inner
    let first: Int = l &* taps
    if taps == 2 {
      let a: UnsafePointer<Float> = x + Int(positions[first]) &* inner
      let b: UnsafePointer<Float> = x + Int(positions[first &+ 1]) &* inner
      let u: VF32 = splat(weights[first])
      let v: VF32 = splat(weights[first &+ 1])
      @_transparent func blend(_ p: VF32, _ q: VF32) -> VF32 { mulAdd(p, u, q * v) }
      rowsF32(to, a, b, BinaryTile(count: inner), blend)
    } else {
      var i: Int = 0
      while i < inner {
        let lanes: Int = registerLanes(i, inner)
        var sum: VF32 = splat(0)
        var t: Int = first
        while t < first &+ taps {
          let row: UnsafePointer<Float> = x + Int(positions[t]) &* inner
          sum = mulAdd(loadColumns(row + i, lanes), splat(weights[t]), sum)
          t &+= 1
        }
        storeColumns(sum, to + i, lanes)
        i &+= F32Lanes.count
      }
    }
    l &+= 1
  }
}

private func nearest(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ outer: Int, _ inLength: Int, _ outLength: Int,
  _ inner: Int, _ positions: UnsafePointer<Int32>, _ elementSize: Int
) {
  let rowBytes: Int = inner &* elementSize
  var o: Int = 0
  while o < outer {
    let x: UnsafeRawPointer = input + o &* inLength &* rowBytes
    let y: UnsafeMutableRawPointer = out + o &* outLength &* rowBytes
    switch rowBytes {
    case 1: pick(UInt8.self, y, x, outLength, positions)
    case 2: pick(UInt16.self, y, x, outLength, positions)
    case 4: pick(UInt32.self, y, x, outLength, positions)
    case 8: pick(UInt64.self, y, x, outLength, positions)
    default:
      var l: Int = 0
      while l < outLength {
        memcpy(y + l &* rowBytes, x + Int(positions[l]) &* rowBytes, rowBytes)
        l &+= 1
      }
    }
    o &+= 1
  }
}

@inline(__always)
private func pick<T: BitwiseCopyable>(
  _ type: T.Type, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ count: Int,
  _ positions: UnsafePointer<Int32>
) {
  let size: Int = MemoryLayout<T>.size
  var l: Int = 0
  while l < count {
    let value: T = (input + Int(positions[l]) &* size).loadUnaligned(as: T.self)
    (out + l &* size).storeBytes(of: value, as: T.self)
    l &+= 1
  }
}
