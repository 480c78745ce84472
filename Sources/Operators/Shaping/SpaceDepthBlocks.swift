internal import Graphs
internal import KernelInterface
internal import Tensors

/// How DepthToSpace and SpaceToDepth order what a block holds: the block's row and column before the
/// channel (DCR), or after it (CRD).
package enum BlockOrder: String, Sendable {
  case depthColumnRow = "DCR"
  case columnRowDepth = "CRD"
}

/// The strides of `[n, c, row in block, column in block, h, w]` in a tensor of depth blocks, whose channels
/// hold the blocks, and in one of space blocks; `c`, `h`, `w` count what is left of each axis.
struct SpaceDepthBlocks {
  let sizes: [Int]
  let depthStrides: [Int]
  let spaceStrides: [Int]

  /// For a tensor `[n, c * block * block, h, w]` and one `[n, c, h * block, w * block]`.
  init(batch n: Int, channels c: Int, height h: Int, width w: Int, block: Int, order: BlockOrder) {
    sizes = [n, c, block, block, h, w]
    let plane: Int = h &* w
    let depth: Int = plane &* c &* block &* block
    switch order {
    case .depthColumnRow: depthStrides = [depth, plane, block &* c &* plane, c &* plane, w, 1]
    case .columnRowDepth: depthStrides = [depth, block &* block &* plane, block &* plane, plane, w, 1]
    }
    let line: Int = w &* block
    spaceStrides = [depth, line &* h &* block, line, 1, line &* block, block]
  }
}
