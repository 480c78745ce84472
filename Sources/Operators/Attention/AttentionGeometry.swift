internal import Graphs
internal import Tensors

/// Where the heads of Q, K, V or Y lie: element (b, h, i, d) at
/// `b * batchStride + h * headStride + i * rowStride + d`.
struct HeadLayout: Sendable {
  var heads: Int
  var length: Int
  var size: Int
  var batchStride: Int
  var headStride: Int
  var rowStride: Int

  /// [batch, heads, length, size], or [batch, length, heads * size].
  init(_ shape: Shape, heads count: Int?) {
    guard shape.rank != 4 else {
      self.init(heads: shape[1], length: shape[2], size: shape[3])
      return
    }
    let heads: Int = count ?? 1
    self.init(heads: heads, length: shape[1], size: shape[2] / heads)
    batchStride = shape[1] * shape[2]
    headStride = size
    rowStride = shape[2]
  }

  /// A dense [batch, heads, length, size].
  init(heads: Int, length: Int, size: Int) {
    self.heads = heads
    self.length = length
    self.size = size
    batchStride = heads * length * size
    headStride = length * size
    rowStride = size
  }

  func offset(_ batch: Int, _ head: Int) -> Int { batch &* batchStride &+ head &* headStride }
}

/// What is added to a score, or keeps a query from a key: the mask, the causal order, windows and padding.
struct AttentionMask: Sendable {
  let slot: Int?
  let type: ElementType
  let strides: (batch: Int, head: Int, row: Int, column: Int)
  /// Columns that the mask has; what lies behind is excluded.
  private let columns: Int
  private let lengths: Int?
  private let isCausal: Bool
  private let left: Int?
  private let right: Int?
  private let queries: Int
  private let past: Int?

  init(_ op: AttentionOp, _ context: PrepareContext, queries: Int, keys: Int, past: Int?) {
    isCausal = op.isCausal
    left = op.leftWindow
    right = op.rightWindow
    self.queries = queries
    self.past = past
    lengths = context.optionalInput(6)?.slot
    guard let mask = context.optionalInput(3) else {
      slot = nil
      type = .bool
      strides = (0, 0, 0, 0)
      columns = keys
      return
    }
    slot = mask.slot
    type = mask.elementType
    let extents: [Int] = mask.shape.extents
    let padded: [Int] = Array(repeating: 1, count: max(0, 4 - extents.count)) + extents
    let full: [Int] = Shape(padded).strides
    let steps: [Int] = (0..<4).map { padded[$0] == 1 ? 0 : full[$0] }
    strides = (steps[0], steps[1], steps[2], steps[3])
    columns = padded[3] == 1 ? keys : padded[3]
  }

  /// Whether nothing is ever masked or added.
  var isEmpty: Bool { slot == nil && lengths == nil && !isCausal && left == nil && right == nil }

  /// Whether images may have different masks.
  var differsByImage: Bool { lengths != nil || strides.batch != 0 }

  /// The position of query 0 among the keys.
  func origin(_ run: RunContext, _ batch: Int) -> Int {
    if let past { return past }
    guard let lengths else { return 0 }
    return Int(truncatingIfNeeded: run.input(lengths, as: Int64.self)[batch]) &- queries
  }

  /// How many keys from the first on any of the queries before `end` may attend.
  func limit(_ run: RunContext, _ batch: Int, end: Int, keys: Int) -> Int {
    guard isCausal else { return keys }
    return max(0, min(keys, end &+ origin(run, batch)))
  }

  /// The keys among the first `keys` that a query may attend by order, windows and padding, whatever the mask
  /// says.
  func attended(_ run: RunContext, batch: Int, query: Int, keys: Int) -> Range<Int> {
    let position: Int = query &+ origin(run, batch)
    var (first, last): (Int, Int) = (0, min(keys, columns) &- 1)
    if isCausal { last = min(last, position) }
    if let right { last = min(last, position &+ right) }
    if let left { first = max(first, position &- left) }
    if let lengths {
      last = min(last, Int(truncatingIfNeeded: run.input(lengths, as: Int64.self)[batch]) &- 1)
    }
    return first..<max(first, last &+ 1)
  }

  /// Adds to the scores of one query over `count` keys, and says whether it may attend any of them.
  func apply<Element: BinaryFloatingPoint>(
    _ run: RunContext, _ scores: UnsafeMutablePointer<Element>, batch: Int, head: Int, query: Int, count: Int
  ) -> Bool {
    var isOpen: Bool = false
    let open: Range<Int> = attended(run, batch: batch, query: query, keys: count)
    let base: Int = batch &* strides.batch &+ head &* strides.head &+ query &* strides.row
    for key in 0..<count {
      guard open.contains(key) else {
        scores[key] = -.infinity
        continue
      }
      guard let slot else {
        isOpen = true
        continue
      }
      let place: Int = base &+ key &* strides.column
      if type == .bool {
        if run.input(slot, as: UInt8.self)[place] == 0 {
          scores[key] = -.infinity
        } else {
          isOpen = true
        }
        continue
      }
      let added = Element(RealReader.read(UnsafeRawPointer(run.slots[slot]), type, place))
      scores[key] += added
      if added != -.infinity { isOpen = true }
    }
    return isOpen
  }
}
