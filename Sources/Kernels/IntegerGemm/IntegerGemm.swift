internal import CVector
internal import KernelInterface

/// Products of bytes, exact in 32 bits. Bytes less their zero points are packed as pairs of 16-bit integers
/// that follow one another in depth, so that one instruction multiplies and adds both pairs (`pmaddwd`); a
/// register holds the sums of as many columns as it has 32-bit lanes. A task computes a block of one product.
struct IntegerGemm {
  typealias Arguments = UnsafePointer<IntegerGemmArguments>

  @inline(__always) static var tileRows: Int { 4 }
  @inline(__always) static var tileColumns: Int { 2 * VI32.scalarCount }
  @inline(__always) static var maximumDepth: Int { 512 }

  static func partition(_ arguments: Arguments) -> GemmPartition {
    GemmPartition(
      m: arguments.pointee.m, n: arguments.pointee.n, k: arguments.pointee.k,
      copies: larger(1, arguments.pointee.batch), tileColumns: tileColumns,
      packsB: true)
  }

  static func taskCount(_ arguments: Arguments) -> Int {
    guard arguments.pointee.m > 0 && arguments.pointee.n > 0 else { return 0 }
    return arguments.pointee.batch * partition(arguments).count
  }

  /// Pairs of a panel of B, the zero points of its columns, the packed block of A.
  static func scratchBytes(_ arguments: Arguments) -> Int {
    let pairs: Int = maximumDepth / 2
    let rows: Int = roundUp(partition(arguments).rowBlock, tileRows)
    return (pairs * tileColumns + tileRows * tileColumns + pairs * rows) * MemoryLayout<Int32>.stride + 64
  }

  static func run(_ arguments: Arguments, _ task: Int, _ scratch: UnsafeMutableRawPointer) {
    let partition: GemmPartition = partition(arguments)
    let batch: Int = task / partition.count
    let block: Int = task % partition.count
    let row: Int = block % partition.rowBlocks * partition.rowBlock
    let column: Int = block / partition.rowBlocks * partition.columnBlock
    let rows: Int = smaller(partition.rowBlock, arguments.pointee.m - row)
    let columns: Int = smaller(partition.columnBlock, arguments.pointee.n - column)
    var aOffset: Int = batch * arguments.pointee.aBatchStride
    var bOffset: Int = batch * arguments.pointee.bBatchStride
    var cOffset: Int = batch * arguments.pointee.cBatchStride
    if let offsets = arguments.pointee.batchOffsets {
      aOffset = offsets[3 * batch]
      bOffset = offsets[3 * batch + 1]
      cOffset = offsets[3 * batch + 2]
    }
    guard let a = arguments.pointee.a, let b = arguments.pointee.b, let c = arguments.pointee.c
    else { return }
    let aSource = IntegerOperand(
      bytes: a + aOffset, isSigned: arguments.pointee.aIsSigned, laneStride: arguments.pointee.aRowStride,
      depthStride: arguments.pointee.aColumnStride, zero: arguments.pointee.aZero,
      zeroStride: arguments.pointee.aZeroStride)
    let bSource = IntegerOperand(
      bytes: b + bOffset, isSigned: arguments.pointee.bIsSigned, laneStride: arguments.pointee.bColumnStride,
      depthStride: arguments.pointee.bRowStride, zero: arguments.pointee.bZero,
      zeroStride: arguments.pointee.bZeroStride)
    let panel: UnsafeMutablePointer<Int32> = scratch.assumingMemoryBound(to: Int32.self)
    let tile: UnsafeMutablePointer<Int32> = panel + maximumDepth / 2 * tileColumns
    let packed: UnsafeMutablePointer<Int32> = tile + tileRows * tileColumns
    var depth: Int = 0
    repeat {
      let count: Int = smaller(maximumDepth, arguments.pointee.k - depth)
      let pairs: Int = ceilDivide(count, 2)
      var r: Int = 0
      while r < rows {
        aSource.pack(row + r, smaller(tileRows, rows - r), tileRows, depth, count, packed + r * pairs)
        r += tileRows
      }
      var j: Int = 0
      while j < columns {
        let width: Int = smaller(tileColumns, columns - j)
        bSource.pack(column + j, width, tileColumns, depth, count, panel)
        r = 0
        while r < rows {
          multiply(pairs, packed + r * pairs, panel, tile)
          let target: UnsafeMutablePointer<Int32> =
            c + cOffset + (row + r) * arguments.pointee.cRowStride + column + j
          for i in 0..<smaller(tileRows, rows - r) {
            let to: UnsafeMutablePointer<Int32> = target + i * arguments.pointee.cRowStride
            let from: UnsafeMutablePointer<Int32> = tile + i * tileColumns
            if depth == 0 {
              for l in 0..<width { to[l] = from[l] }
            } else {
              for l in 0..<width { to[l] = to[l] &+ from[l] }
            }
          }
          r += tileRows
        }
        j += tileColumns
      }
      depth += count
    } while depth < arguments.pointee.k
  }

  /// tile = A B for panels of pairs.
  @inline(never)
  private static func multiply(
    _ pairs: Int, _ a: UnsafePointer<Int32>, _ b: UnsafePointer<Int32>, _ tile: UnsafeMutablePointer<Int32>
  ) {
    let lanes: Int = VI32.scalarCount
    var sum00: VI32 = VI32(repeating: 0)
    var sum01: VI32 = sum00
    var sum10: VI32 = sum00
    var sum11: VI32 = sum00
    var sum20: VI32 = sum00
    var sum21: VI32 = sum00
    var sum30: VI32 = sum00
    var sum31: VI32 = sum00
    var a: UnsafePointer<Int32> = a
    var b: UnsafePointer<Int32> = b
    for _ in 0..<pairs {
      let left: VI32 = UnsafeRawPointer(b).loadUnaligned(as: VI32.self)
      let right: VI32 = UnsafeRawPointer(b + lanes).loadUnaligned(as: VI32.self)
      let factor0: VI32 = VI32(repeating: a[0])
      sum00 = sum00 &+ multiplyPairs(factor0, left)
      sum01 = sum01 &+ multiplyPairs(factor0, right)
      let factor1: VI32 = VI32(repeating: a[1])
      sum10 = sum10 &+ multiplyPairs(factor1, left)
      sum11 = sum11 &+ multiplyPairs(factor1, right)
      let factor2: VI32 = VI32(repeating: a[2])
      sum20 = sum20 &+ multiplyPairs(factor2, left)
      sum21 = sum21 &+ multiplyPairs(factor2, right)
      let factor3: VI32 = VI32(repeating: a[3])
      sum30 = sum30 &+ multiplyPairs(factor3, left)
      sum31 = sum31 &+ multiplyPairs(factor3, right)
      a += tileRows
      b += tileColumns
    }
    put(sum00, sum01, tile)
    put(sum10, sum11, tile + tileColumns)
    put(sum20, sum21, tile + 2 * tileColumns)
    put(sum30, sum31, tile + 3 * tileColumns)
  }

  @inline(__always)
  private static func put(_ left: VI32, _ right: VI32, _ to: UnsafeMutablePointer<Int32>) {
    UnsafeMutableRawPointer(to).storeBytes(of: left, as: VI32.self)
    UnsafeMutableRawPointer(to + VI32.scalarCount).storeBytes(of: right, as: VI32.self)
  }

  /// For each lane, the sum of the products of its two 16-bit halves.
  @inline(__always) private static func multiplyPairs(_ left: VI32, _ right: VI32) -> VI32 {
    #if KERNELS_AVX512
      ngraph_multiply_pairs_i32x16(left, right)
    #elseif KERNELS_AVX2
      ngraph_multiply_pairs_i32x8(left, right)
    #else
      ngraph_multiply_pairs_i32x4(left, right)
    #endif
  }
}
