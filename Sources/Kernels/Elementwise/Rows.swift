internal import KernelInterface

/// The loops that elementwise kernels of two operands are made of: `body` is inlined into them, once for
/// each combination of dense and repeated operands.

@_transparent
func rowsF32(
  _ out: UnsafeMutableRawPointer, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile,
  _ body: (VF32, VF32) -> VF32
) {
  let to: UnsafeMutablePointer<Float> = out.assumingMemoryBound(to: Float.self)
  let a: UnsafePointer<Float> = left.assumingMemoryBound(to: Float.self)
  let b: UnsafePointer<Float> = right.assumingMemoryBound(to: Float.self)
  let lanes: Int = F32Lanes.count
  var row: Int = 0
  while row < tile.rows {
    let y: UnsafeMutablePointer<Float> = to + row &* tile.outRowStride
    let l: UnsafePointer<Float> = a + row &* tile.leftRowStride
    let r: UnsafePointer<Float> = b + row &* tile.rightRowStride
    let count: Int = tile.columns
    var i: Int = 0
    if tile.leftStep == 1 && tile.rightStep == 1 {
      while i &+ lanes <= count {
        F32Lanes.store(body(F32Lanes.load(l + i), F32Lanes.load(r + i)), y + i)
        i &+= lanes
      }
      let n: Int = count &- i
      if n > 0 { F32Lanes.store(body(F32Lanes.load(l + i, n), F32Lanes.load(r + i, n)), y + i, n) }
    } else if tile.leftStep == 1 && tile.rightStep == 0 {
      let scalar: VF32 = splat(r[0])
      while i &+ lanes <= count {
        F32Lanes.store(body(F32Lanes.load(l + i), scalar), y + i)
        i &+= lanes
      }
      let n: Int = count &- i
      if n > 0 { F32Lanes.store(body(F32Lanes.load(l + i, n), scalar), y + i, n) }
    } else if tile.leftStep == 0 && tile.rightStep == 1 {
      let scalar: VF32 = splat(l[0])
      while i &+ lanes <= count {
        F32Lanes.store(body(scalar, F32Lanes.load(r + i)), y + i)
        i &+= lanes
      }
      let n: Int = count &- i
      if n > 0 { F32Lanes.store(body(scalar, F32Lanes.load(r + i, n)), y + i, n) }
    } else {
      while i < count {
        let value: VF32 = body(splat(l[i &* tile.leftStep]), splat(r[i &* tile.rightStep]))
        y[i] = value[0]
        i &+= 1
      }
    }
    row &+= 1
  }
}

/// One element at a time; dense rows are vectorized by the compiler.
@inline(__always)
func rowsOfScalars<T: BitwiseCopyable, R: BitwiseCopyable>(
  _ out: UnsafeMutableRawPointer, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile,
  _ body: (T, T) -> R
) {
  let to: UnsafeMutablePointer<R> = out.assumingMemoryBound(to: R.self)
  let a: UnsafePointer<T> = left.assumingMemoryBound(to: T.self)
  let b: UnsafePointer<T> = right.assumingMemoryBound(to: T.self)
  var row: Int = 0
  while row < tile.rows {
    let y: UnsafeMutablePointer<R> = to + row &* tile.outRowStride
    let l: UnsafePointer<T> = a + row &* tile.leftRowStride
    let r: UnsafePointer<T> = b + row &* tile.rightRowStride
    let count: Int = tile.columns
    var i: Int = 0
    if tile.leftStep == 1 && tile.rightStep == 1 {
      while i < count {
        y[i] = body(l[i], r[i])
        i &+= 1
      }
    } else if tile.leftStep == 1 && tile.rightStep == 0 {
      let scalar: T = r[0]
      while i < count {
        y[i] = body(l[i], scalar)
        i &+= 1
      }
    } else if tile.leftStep == 0 && tile.rightStep == 1 {
      let scalar: T = l[0]
      while i < count {
        y[i] = body(scalar, r[i])
        i &+= 1
      }
    } else {
      while i < count {
        y[i] = body(l[i &* tile.leftStep], r[i &* tile.rightStep])
        i &+= 1
      }
    }
    row &+= 1
  }
}

/// One element at a time at any steps, for bodies that call functions.
@inline(__always)
func rowsOfCalls<T: BitwiseCopyable>(
  _ out: UnsafeMutableRawPointer, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ tile: BinaryTile,
  _ body: (T, T) -> T
) {
  let to: UnsafeMutablePointer<T> = out.assumingMemoryBound(to: T.self)
  let a: UnsafePointer<T> = left.assumingMemoryBound(to: T.self)
  let b: UnsafePointer<T> = right.assumingMemoryBound(to: T.self)
  var row: Int = 0
  while row < tile.rows {
    let y: UnsafeMutablePointer<T> = to + row &* tile.outRowStride
    let l: UnsafePointer<T> = a + row &* tile.leftRowStride
    let r: UnsafePointer<T> = b + row &* tile.rightRowStride
    var i: Int = 0
    while i < tile.columns {
      y[i] = body(l[i &* tile.leftStep], r[i &* tile.rightStep])
      i &+= 1
    }
    row &+= 1
  }
}
