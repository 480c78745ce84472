internal import Graphs
internal import Tensors

/// For each entry of `indices`, where in `data` it points along one axis: the entry's own place with its
/// coordinate of `axis` replaced, in elements. What is out of range becomes -1.
struct ElementPositions: Sendable {
  let count: Int
  private let rows: Int
  private let columns: Int
  private let rowExtents: [Int]
  private let rowStrides: [Int]
  private let columnStride: Int
  private let axisStride: Int
  private let limit: Int

  init(data: Shape, indices: Shape, axis: Int) {
    let strides: [Int] = data.strides
    let last: Int = indices.rank - 1
    count = indices.count
    columns = indices[last]
    rows = columns == 0 ? 0 : count / columns
    rowExtents = Array(indices.extents[..<last])
    rowStrides = (0..<last).map { $0 == axis ? 0 : strides[$0] }
    columnStride = axis == last ? 0 : 1
    axisStride = strides[axis]
    limit = data[axis]
  }

  /// Writes `count` positions.
  func fill<Index: FixedWidthInteger>(
    _ positions: UnsafeMutablePointer<Int>, _ indices: UnsafePointer<Index>, _ run: RunContext
  ) {
    run.forRanges(of: rows, grain: max(1, (1 << 14) / max(columns, 1))) { range, _ in
      for row in range {
        var rest: Int = row
        var base: Int = 0
        var axis: Int = rowExtents.count &- 1
        while axis >= 0 {
          base &+= rest % rowExtents[axis] &* rowStrides[axis]
          rest /= rowExtents[axis]
          axis &-= 1
        }
        let (out, from) = (positions + row &* columns, indices + row &* columns)
        for column in 0..<columns {
          let index = Int(truncatingIfNeeded: from[column])
          let positive: Int = index < 0 ? index &+ limit : index
          let valid: Bool = positive >= 0 && positive < limit
          out[column] = valid ? base &+ column &* columnStride &+ positive &* axisStride : -1
        }
      }
    }
  }
}

/// For each tuple in the last axis of `indices`, where in `data` the slice begins that it points at, in
/// elements. The first `batchAxes` axes of both are walked together. What is out of range becomes -1.
struct TuplePositions: Sendable {
  let count: Int
  /// The elements of a slice.
  let sliceCount: Int
  private let width: Int
  private let perBatch: Int
  private let batchStride: Int
  private let limits: [Int]
  private let strides: [Int]

  init(data: Shape, indices: Shape, batchAxes: Int = 0) {
    width = indices[indices.rank - 1]
    count = indices.count(0..<indices.rank - 1)
    let batches: Int = indices.count(0..<batchAxes)
    perBatch = max(1, batches == 0 ? 1 : count / batches)
    batchStride = data.count(batchAxes..<data.rank)
    limits = Array(data.extents[batchAxes..<batchAxes + width])
    strides = Array(data.strides[batchAxes..<batchAxes + width])
    sliceCount = data.count((batchAxes + width)..<data.rank)
  }

  /// Writes `count` positions.
  func fill(_ positions: UnsafeMutablePointer<Int>, _ indices: UnsafePointer<Int64>, _ run: RunContext) {
    run.forRanges(of: count, grain: 1 << 13) { range, _ in
      for tuple in range {
        var position: Int = tuple / perBatch &* batchStride
        let from = indices + tuple &* width
        for axis in 0..<width {
          let index = Int(from[axis])
          let positive: Int = index < 0 ? index &+ limits[axis] : index
          guard positive >= 0, positive < limits[axis] else {
            position = -1
            break
          }
          position &+= positive &* strides[axis]
        }
        positions[tuple] = position
      }
    }
  }
}

/// Refuses positions that are -1.
func checkPositions(_ positions: UnsafePointer<Int>, count: Int) throws(ExecutionError) {
  for entry in 0..<count where positions[entry] < 0 {
    throw ExecutionError(.indexOutOfRange, "entry \(entry) of the indices is out of range")
  }
}
