internal import KernelInterface

/// The division of a cell's hidden units into blocks, each of them the work of one task at one time step.
///
/// Pre-activations, weights and biases lie in the order [block, gate, unit of the block], so that a block's
/// product with R is one product with adjacent columns, and its cells read adjacent gates. The last block may
/// be smaller; all others fill whole panels of a packed matrix.
struct RecurrentBlocks: Sendable {
  let hidden: Int
  let gates: Int
  /// Units of every block but the last.
  let units: Int
  let count: Int

  /// Bytes of R that a block of one row should have: a part of the second-level cache, and enough work for a
  /// task of its own.
  private static var blockBytes: Int { 1 << 19 }

  /// Blocks for products of `rows` rows, with panels of R that take `panelBytes`; a single one where they can't
  /// be packed beforehand (`isDivisible`).
  init(
    sizes: RecurrentSizes, rows: Int, tileRows: Int, tileColumns: Int, panelBytes: Int, isDivisible: Bool
  ) {
    hidden = sizes.hidden
    gates = sizes.gates
    let unitBytes: Int = max(sizes.gates * panelBytes / tileColumns, 1)
    // Each block packs the rows' state for itself.
    let bytes: Int = rows > tileRows ? 2 * Self.blockBytes : Self.blockBytes
    let wanted: Int = max(bytes / unitBytes, tileColumns)
    let block: Int = (wanted + tileColumns - 1) / tileColumns * tileColumns
    units = isDivisible ? min(block, max(sizes.hidden, 1)) : max(sizes.hidden, 1)
    count = max((sizes.hidden + units - 1) / units, 1)
  }

  /// The first unit of a block.
  func first(_ block: Int) -> Int { block &* units }

  /// How many units a block has.
  func count(_ block: Int) -> Int { min(units, hidden &- block &* units) }

  /// Where the pre-activations of a block begin.
  func column(_ block: Int) -> Int { gates &* block &* units }

  /// Brings a row of [gate, unit] into the order of blocks, `combine`d from `source` by index.
  func reorder<Element>(
    into target: UnsafeMutablePointer<Element>, _ source: (_ index: Int) -> Element
  ) {
    var next: Int = 0
    for block in 0..<count {
      for gate in 0..<gates {
        let start: Int = gate &* hidden &+ first(block)
        for index in start..<start &+ count(block) {
          target[next] = source(index)
          next &+= 1
        }
      }
    }
  }
}
