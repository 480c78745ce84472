internal import KernelInterface

/// Products whose rows of A are read where they lie, by the micro-kernel that channels-last convolutions have
/// for pixels (`multiplyPitched`): A is not packed, and sums get their bias for columns, their residual and a
/// clamp in registers. See `Gemm.readsRows` for when.
extension GemmBlock {
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
  typealias Tiles = PitchedTiles<Lanes>

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
    let addsInRegisters: Bool = waitsInC && finish.addsInRegisters
    var ending = TileEnding<Lanes>()
    ending.continues = waitsInC && (!isFirst || finish.beta != 0)
    if addsInRegisters {
      finish.begin(&ending, column, isPair: isFull)
      if isLast { finish.end(&ending) }
    }
    let usesC: Bool = waitsInC && (!isLast || addsInRegisters && finish.isClamp)
    let tiles: Int = ceilDivide(rows, Tiles.rows)
    let aheadStep: Int = PitchedTileOperands<Element>.aheadStep(tiles, Tiles.columns)
    var origin: Int = 0
    withUnsafePointer(to: &origin) { segment in
      var operands = PitchedTileOperands<Element>(
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
        if addsInRegisters && isLast, let residual = finish.residual {
          ending.residual = residual + ((row + done) * finish.residualRowStride + column)
        }
        if width > Lanes.count {
          Tiles.run(count, 2, &operands, &ending)
        } else {
          Tiles.runHalf(count, &operands, &ending)
        }
        if !usesC && addsInRegisters {
          finish.activate(tile, row + done, column, count, width)
        } else if !usesC {
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

  /// Whether all that is added to whole registers of sums is what `TileEnding` adds.
  @inline(__always) var addsInRegisters: Bool {
    if let epilogue, epilogue.pointee.bias != nil && (biasIsForRows || beta != 0) { return false }
    return residual == nil || residualColumnStride == 1
  }

  /// Whether the activation is none or a clamp.
  @inline(__always) var isClamp: Bool { epilogue?.pointee.activation.isClamp ?? true }

  /// Lets sums of the columns from `column` begin with their bias.
  @inline(__always)
  func begin(_ ending: inout TileEnding<Lanes>, _ column: Int, isPair: Bool) {
    guard let epilogue, let bias = epilogue.pointee.bias else { return }
    let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.biasScale)
    ending.left = Lanes.multiply(Lanes.load(bias + column), scale)
    if isPair { ending.right = Lanes.multiply(Lanes.load(bias + column + Lanes.count), scale) }
  }

  /// Lets sums end with residual and clamp; the address of the residual is each tile's own.
  @inline(__always)
  func end(_ ending: inout TileEnding<Lanes>) {
    guard let epilogue else { return }
    ending.residualPitch = residualRowStride
    ending.residualScale = Lanes.splat(epilogue.pointee.residualScale)
    ending.clamp(epilogue.pointee.activation, epilogue.pointee.parameter0, epilogue.pointee.parameter1)
  }
}
