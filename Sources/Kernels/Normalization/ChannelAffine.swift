internal import KernelInterface

/// `out = scale[c] * in + shift[c]` with the channels in the middle or last.
func channelAffineF32(
  _ out: UnsafeMutablePointer<Float>, _ input: UnsafePointer<Float>, _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>?, _ shape: AxisShape
) {
  var o: Int = 0
  while o < shape.outer {
    let y: UnsafeMutablePointer<Float> = out + o &* shape.outerStride
    let x: UnsafePointer<Float> = input + o &* shape.outerStride
    if shape.isRow {
      if let shift {
        var c: Int = 0
        while c < shape.length {
          let lanes: Int = registerLanes(c, shape.length)
          let z: VF32 = mulAdd(
            loadColumns(x + c, lanes), loadColumns(scale + c, lanes), loadColumns(shift + c, lanes))
          storeColumns(z, y + c, lanes)
          c &+= F32Lanes.count
        }
      } else {
        var c: Int = 0
        while c < shape.length {
          let lanes: Int = registerLanes(c, shape.length)
          storeColumns(loadColumns(x + c, lanes) * loadColumns(scale + c, lanes), y + c, lanes)
          c &+= F32Lanes.count
        }
      }
    } else {
      var c: Int = 0
      while c < shape.length {
        let a: VF32 = splat(scale[c])
        let b: VF32 = splat(shift.map { $0[c] } ?? 0)
        @_transparent func affine(_ v: VF32) -> VF32 { mulAdd(v, a, b) }
        mapF32(y + c &* shape.lengthStride, x + c &* shape.lengthStride, shape.inner, affine)
        c &+= 1
      }
    }
    o &+= 1
  }
}
