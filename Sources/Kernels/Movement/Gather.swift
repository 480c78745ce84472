#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Copies rows by their numbers.
func gatherRows(
  _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ inRowStrideBytes: Int,
  _ indices: UnsafePointer<Int64>, _ count: Int, _ limit: Int, _ rowBytes: Int
) {
  switch rowBytes {
  case 1: gatherElements(UInt8.self, out, input, inRowStrideBytes, indices, count, limit)
  case 2: gatherElements(UInt16.self, out, input, inRowStrideBytes, indices, count, limit)
  case 4: gatherElements(UInt32.self, out, input, inRowStrideBytes, indices, count, limit)
  case 8: gatherElements(UInt64.self, out, input, inRowStrideBytes, indices, count, limit)
  default:
    var i: Int = 0
    while i < count {
      let row: Int = position(indices[i], limit)
      memcpy(out + i &* rowBytes, input + row &* inRowStrideBytes, rowBytes)
      i &+= 1
    }
  }
}

@inline(__always) private func position(_ index: Int64, _ limit: Int) -> Int {
  let value: Int = Int(truncatingIfNeeded: index)
  return value < 0 ? value &+ limit : value
}

@inline(__always)
private func gatherElements<T: BitwiseCopyable>(
  _ type: T.Type, _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, _ stride: Int,
  _ indices: UnsafePointer<Int64>, _ count: Int, _ limit: Int
) {
  let size: Int = MemoryLayout<T>.size
  var i: Int = 0
  while i < count {
    let value: T = (input + position(indices[i], limit) &* stride).loadUnaligned(as: T.self)
    (out + i &* size).storeBytes(of: value, as: T.self)
    i &+= 1
  }
}

func firstInvalidIndex(_ indices: UnsafePointer<Int64>, _ count: Int, _ limit: Int) -> Int {
  let high: Int64 = Int64(truncatingIfNeeded: limit)
  var i: Int = 0
  while i < count {
    let index: Int64 = indices[i]
    if index >= high || index < 0 &- high { return i }
    i &+= 1
  }
  return -1
}
