internal import KernelInterface

/// Positions of extremes. `beats(x, best)` says whether x replaces best when met in the order of the walk.
@_transparent
private func argument<T: BitwiseCopyable>(
  _ out: UnsafeMutablePointer<Int64>, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ selectLast: Bool, _ beats: (T, T) -> Bool
) {
  let from: UnsafePointer<T> = input.assumingMemoryBound(to: T.self)
  let last: Int = shape.length &- 1
  var o: Int = 0
  while o < shape.outer {
    var i: Int = 0
    while i < shape.inner {
      let x: UnsafePointer<T> = from + o &* shape.outerStride + i
      var place: Int = selectLast ? last : 0
      var best: T = x[place &* shape.lengthStride]
      var l: Int = 1
      while l <= last {
        let at: Int = selectLast ? last &- l : l
        let value: T = x[at &* shape.lengthStride]
        if beats(value, best) {
          best = value
          place = at
        }
        l &+= 1
      }
      out[o &* outStride &+ i] = Int64(truncatingIfNeeded: place)
      i &+= 1
    }
    o &+= 1
  }
}

/// f32 rows: the extreme first, by registers, then its place.
@_transparent
private func argumentRowsF32(
  _ out: UnsafeMutablePointer<Int64>, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ selectLast: Bool, _ start: Float, _ better: (VF32, VF32) -> VF32
) {
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let best: Float = extremeRow(x, shape.length, start, better)
    var place: Int = selectLast ? shape.length &- 1 : 0
    let step: Int = selectLast ? -1 : 1
    while place > 0 || place < shape.length &- 1 {
      let value: Float = x[place]
      if value == best || (value != value && best != best) { break }
      let next: Int = place &+ step
      if next < 0 || next >= shape.length { break }
      place = next
    }
    out[o &* outStride] = Int64(truncatingIfNeeded: place)
    o &+= 1
  }
}

/// f32 columns, a register at a time; `beats` compares a register with the best so far.
@_transparent
private func argumentColumnsF32(
  _ out: UnsafeMutablePointer<Int64>, _ outStride: Int, _ input: UnsafeRawPointer, _ shape: AxisShape,
  _ selectLast: Bool, _ beats: (VF32, VF32) -> SIMDMask<VI32>
) {
  let from: UnsafePointer<Float> = input.assumingMemoryBound(to: Float.self)
  let last: Int = shape.length &- 1
  var o: Int = 0
  while o < shape.outer {
    let x: UnsafePointer<Float> = from + o &* shape.outerStride
    let y: UnsafeMutablePointer<Int64> = out + o &* outStride
    var i: Int = 0
    while i < shape.inner {
      let lanes: Int = registerLanes(i, shape.inner)
      let first: Int = selectLast ? last : 0
      var best: VF32 = loadColumns(x + first &* shape.lengthStride + i, lanes)
      var place: VF32 = float(bits: VI32(repeating: Int32(truncatingIfNeeded: first)))
      var l: Int = 1
      while l <= last {
        let at: Int = selectLast ? last &- l : l
        let value: VF32 = loadColumns(x + at &* shape.lengthStride + i, lanes)
        let wins: SIMDMask<VI32> = beats(value, best) .| ((value .!= value) .& (best .== best))
        best = select(wins, value, best)
        place = select(wins, float(bits: VI32(repeating: Int32(truncatingIfNeeded: at))), place)
        l &+= 1
      }
      let places: VI32 = bits(place)
      var lane: Int = 0
      while lane < lanes {
        y[i &+ lane] = Int64(places[lane])
        lane &+= 1
      }
      i &+= F32Lanes.count
    }
    o &+= 1
  }
}

func argMaxKernel(_ element: KernelElement) -> ArgumentKernel? {
  switch element {
  case .float32:
    return { out, stride, input, shape, last in
      if shape.isRow {
        argumentRowsF32(out, stride, input, shape, last, -.infinity, greater)
      } else {
        argumentColumnsF32(out, stride, input, shape, last) { $0 .> $1 }
      }
    }
  case .float64:
    return { argument($0, $1, $2, $3, $4) { (x: Double, best: Double) in !(x <= best) && best == best } }
  case .int8: return argMaxInteger(Int8.self)
  case .int16: return argMaxInteger(Int16.self)
  case .int32: return argMaxInteger(Int32.self)
  case .int64: return argMaxInteger(Int64.self)
  case .uint8: return argMaxInteger(UInt8.self)
  case .uint16: return argMaxInteger(UInt16.self)
  case .uint32: return argMaxInteger(UInt32.self)
  case .uint64: return argMaxInteger(UInt64.self)
  case .float16, .bfloat16, .bool: return nil
  }
}

func argMinKernel(_ element: KernelElement) -> ArgumentKernel? {
  switch element {
  case .float32:
    return { out, stride, input, shape, last in
      if shape.isRow {
        argumentRowsF32(out, stride, input, shape, last, .infinity, lesser)
      } else {
        argumentColumnsF32(out, stride, input, shape, last) { $0 .< $1 }
      }
    }
  case .float64:
    return { argument($0, $1, $2, $3, $4) { (x: Double, best: Double) in !(x >= best) && best == best } }
  case .int8: return argMinInteger(Int8.self)
  case .int16: return argMinInteger(Int16.self)
  case .int32: return argMinInteger(Int32.self)
  case .int64: return argMinInteger(Int64.self)
  case .uint8: return argMinInteger(UInt8.self)
  case .uint16: return argMinInteger(UInt16.self)
  case .uint32: return argMinInteger(UInt32.self)
  case .uint64: return argMinInteger(UInt64.self)
  case .float16, .bfloat16, .bool: return nil
  }
}

private func argMaxInteger<T: KernelInteger>(_ type: T.Type) -> ArgumentKernel {
  return { argument($0, $1, $2, $3, $4) { (x: T, best: T) in x > best } }
}

private func argMinInteger<T: KernelInteger>(_ type: T.Type) -> ArgumentKernel {
  return { argument($0, $1, $2, $3, $4) { (x: T, best: T) in x < best } }
}
