internal import KernelInterface

/// Products whose rows of A are read where they lie, as the pixels of a convolution are: nothing is packed
/// before, and sums get their ending in registers where that is a bias for columns, a residual and a clamp.
/// See `Gemm.readsRows` for when.
extension GemmBlock {
  typealias Tiles = PixelTiles<Lanes>

  @inline(never)
  func runRows(
    _ row: Int, _ column: Int, _ rows: Int, _ columns: Int, _ scratch: UnsafeMutablePointer<Element>
  ) {
    guard let source = arguments.pointee.a else { return }
    let k: Int = arguments.pointee.k
    let pitch: Int = arguments.pointee.aRowStride
    let buffer: UnsafeMutablePointer<Element> = scratch + Self.tileRows * Self.tileColumns
    let blockDepth: Int = GemmBlocking.rowsDepth(k, elementBytes: MemoryLayout<Element>.stride)
    var step = GemmRowStep<Lanes>(
      source: source + aOffset + row * pitch, pitch: pitch, depth: 0, row: row, rows: rows,
      tile: scratch, finish: finish)
    var depth: Int = 0
    repeat {
      step.depth = smaller(blockDepth, k - depth)
      step.isFirst = depth == 0
      step.isLast = depth + step.depth >= k
      var j: Int = column
      while j < column + columns {
        let width: Int = smaller(Self.tileColumns, column + columns - j)
        let weights: UnsafePointer<Element> = packedPanel(j, width, depth, step.depth, buffer)
        step.run(
          j, width, weights,
          next: following(j, row + rows, column, columns, depth, step.depth) ?? weights)
        j += Self.tileColumns
      }
      step.source += step.depth
      depth += step.depth
    } while depth < k
  }
}

/// One panel of B and one block of depth for some rows of A.
struct GemmRowStep<Lanes: ProductLanes> {
  typealias Element = Lanes.Element
  typealias Tiles = PixelTiles<Lanes>

  /// The first row of A at this depth, and the distance to the next.
  var source: UnsafePointer<Element>
  var pitch: Int
  var depth: Int
  var row: Int
  var rows: Int
  var isFirst: Bool = true
  var isLast: Bool = true
  /// Scratch for one tile.
  var tile: UnsafeMutablePointer<Element>
  var finish: GemmFinish<Lanes>

  /// Multiplies with the panel at `weights`, `width` columns wide from `column`, and asks for the one at
  /// `next`.
  @inline(__always)
  func run(
    _ column: Int, _ width: Int, _ weights: UnsafePointer<Element>, next: UnsafePointer<Element>
  ) {
    let isFull: Bool = width == Tiles.columns
    // Sums wait in C for the next block of depth where tiles fit it and C holds nothing else.
    let waitsInC: Bool = (isFull || width == Lanes.count) && finish.holdsSums
    let endsInRegisters: Bool = waitsInC && isLast && finish.endsInRegisters
    var ending = PixelEnding<Lanes>()
    if waitsInC {
      ending.continues = !isFirst || finish.beta != 0
      if finish.endsInRegisters { finish.begin(&ending, column, isPair: isFull) }
      if endsInRegisters { finish.end(&ending) }
    }
    let usesC: Bool = waitsInC && (!isLast || endsInRegisters)
    let tiles: Int = ceilDivide(rows, Tiles.rows)
    let aheadStep: Int = PixelTileOperands<Element>.aheadStep(tiles, Tiles.columns)
    var origin: Int = 0
    withUnsafePointer(to: &origin) { segment in
      var operands = PixelTileOperands<Element>(
        depth: depth, segments: segment, source: source, pitch: pitch, weights: weights,
        start: UnsafePointer(finish.c), startPitch: finish.cRowStride, out: tile, outPitch: Tiles.columns,
        ahead: next, aheadStep: aheadStep)
      if usesC { operands.outPitch = finish.cRowStride }
      var done: Int = 0
      for index in 0..<tiles {
        let count: Int = (rows - done) / (tiles - index)
        let target: UnsafeMutablePointer<Element> =
          finish.c + ((row + done) * finish.cRowStride + column)
        operands.start = UnsafePointer(target)
        if usesC { operands.out = target }
        if endsInRegisters, let residual = finish.residual {
          ending.residual = residual + ((row + done) * finish.residualRowStride + column)
        }
        if width > Lanes.count {
          Tiles.run(count, 2, &operands, &ending)
        } else {
          Tiles.runHalf(count, &operands, &ending)
        }
        if !usesC {
          var rest: GemmFinish<Lanes> = finish
          rest.beta = waitsInC ? 0 : isFirst ? finish.beta : 1
          if !isLast {
            rest.epilogue = nil
            rest.residual = nil
          }
          rest.run(tile, Tiles.columns, row + done, column, count, width)
        }
        operands.source += count * pitch
        operands.ahead += (depth / 4) * aheadStep
        done += count
      }
    }
  }
}

extension GemmFinish {
  /// Whether C may hold plain sums until the last block of depth.
  @inline(__always) var holdsSums: Bool { alpha == 1 && (beta == 0 || beta == 1) }

  /// Whether all that becomes of whole registers of sums is what `PixelEnding` does.
  @inline(__always) var endsInRegisters: Bool {
    guard holdsSums, let epilogue else { return holdsSums }
    if epilogue.pointee.bias != nil && (biasIsForRows || beta != 0) { return false }
    if residual != nil && residualColumnStride != 1 { return false }
    let activation: UInt8 = epilogue.pointee.activation.rawValue
    return activation == Activation.none.rawValue || activation == Activation.relu.rawValue
      || activation == Activation.clip.rawValue
  }

  /// Lets sums of the columns from `column` begin with their bias.
  @inline(__always)
  func begin(_ ending: inout PixelEnding<Lanes>, _ column: Int, isPair: Bool) {
    guard let epilogue, let bias = epilogue.pointee.bias else { return }
    let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.biasScale)
    ending.left = Lanes.multiply(Lanes.load(bias + column), scale)
    if isPair { ending.right = Lanes.multiply(Lanes.load(bias + column + Lanes.count), scale) }
  }

  /// Lets sums end with residual and clamp; the address of the residual is each tile's own.
  @inline(__always)
  func end(_ ending: inout PixelEnding<Lanes>) {
    guard let epilogue else { return }
    ending.residualPitch = residualRowStride
    ending.residualScale = Lanes.splat(epilogue.pointee.residualScale)
    if epilogue.pointee.activation.rawValue == Activation.relu.rawValue { ending.low = Lanes.zero }
    if epilogue.pointee.activation.rawValue == Activation.clip.rawValue {
      ending.low = Lanes.splat(epilogue.pointee.parameter0)
      ending.high = Lanes.splat(epilogue.pointee.parameter1)
    }
  }
}
