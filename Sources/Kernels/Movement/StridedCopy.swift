#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Copies a box between two strided tensors: the outer dimensions are walked by recursion, the innermost is
/// moved as a line, or the innermost two as a transposed matrix where the input is dense along another
/// dimension.
func stridedCopy(
  _ out: UnsafeMutableRawPointer, _ outStrides: UnsafePointer<Int>, _ input: UnsafeRawPointer,
  _ inStrides: UnsafePointer<Int>, _ sizes: UnsafePointer<Int>, _ rank: Int, _ elementSize: Int
) {
  if rank == 0 {
    memcpy(out, input, elementSize)
    return
  }
  let last: Int = rank &- 1
  var partner: Int = -1
  if outStrides[last] == 1 && inStrides[last] != 1 && inStrides[last] != 0 {
    var axis: Int = 0
    while axis < last {
      if inStrides[axis] == 1 && sizes[axis] > 1 { partner = axis }
      axis &+= 1
    }
  }
  let box = CopyBox(
    outStrides: outStrides, inStrides: inStrides, sizes: sizes, last: last, partner: partner,
    elementSize: elementSize)
  copyAxis(box, out, input, 0)
}

private struct CopyBox {
  var outStrides: UnsafePointer<Int>
  var inStrides: UnsafePointer<Int>
  var sizes: UnsafePointer<Int>
  var last: Int
  /// The dimension that is transposed with the last, or -1.
  var partner: Int
  var elementSize: Int
}

private func copyAxis(
  _ box: CopyBox, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ axis: Int
) {
  if axis == box.last {
    if box.partner >= 0 {
      transpose(
        out, box.outStrides[box.partner], input, box.inStrides[axis], box.sizes[box.partner], box.sizes[axis],
        box.elementSize)
    } else {
      copyLine(
        out, box.outStrides[axis], input, box.inStrides[axis], box.sizes[axis], box.elementSize)
    }
    return
  }
  if axis == box.partner {
    copyAxis(box, out, input, axis &+ 1)
    return
  }
  let outStep: Int = box.outStrides[axis] &* box.elementSize
  let inStep: Int = box.inStrides[axis] &* box.elementSize
  var i: Int = 0
  while i < box.sizes[axis] {
    copyAxis(box, out + i &* outStep, input + i &* inStep, axis &+ 1)
    i &+= 1
  }
}

private func copyLine(
  _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer, _ inStride: Int, _ count: Int,
  _ elementSize: Int
) {
  if outStride == 1 && inStride == 1 {
    memcpy(out, input, count &* elementSize)
    return
  }
  switch elementSize {
  case 1: copyElements(UInt8.self, out, outStride, input, inStride, count)
  case 2: copyElements(UInt16.self, out, outStride, input, inStride, count)
  case 4: copyElements(UInt32.self, out, outStride, input, inStride, count)
  case 8: copyElements(UInt64.self, out, outStride, input, inStride, count)
  default: copyElements(SIMD2<UInt64>.self, out, outStride, input, inStride, count)
  }
}

@inline(__always)
private func copyElements<T: BitwiseCopyable>(
  _ type: T.Type, _ out: UnsafeMutableRawPointer, _ outStride: Int, _ input: UnsafeRawPointer,
  _ inStride: Int, _ count: Int
) {
  let size: Int = MemoryLayout<T>.size
  var i: Int = 0
  if outStride == 1 && inStride == 0 {
    let value: T = input.loadUnaligned(as: T.self)
    while i < count {
      (out + i &* size).storeBytes(of: value, as: T.self)
      i &+= 1
    }
    return
  }
  while i < count {
    let value: T = (input + i &* inStride &* size).loadUnaligned(as: T.self)
    (out + i &* outStride &* size).storeBytes(of: value, as: T.self)
    i &+= 1
  }
}

/// Writes one element many times.
func fill(_ out: UnsafeMutableRawPointer, _ pattern: UnsafeRawPointer, _ count: Int, _ elementSize: Int) {
  copyLine(out, 1, pattern, 0, count, elementSize)
}
