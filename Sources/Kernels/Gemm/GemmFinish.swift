internal import KernelInterface

/// Brings finished sums into the result: scale, what C held, bias, residual, activation.
struct GemmFinish<Lanes: ProductLanes> {
  typealias Element = Lanes.Element

  var alpha: Element
  /// The factor of what C holds; with 0, C is not read.
  var beta: Element
  var c: UnsafeMutablePointer<Element>
  var cRowStride: Int
  /// nil before the last block of depth, where only sums are brought into C.
  var epilogue: UnsafePointer<Epilogue<Element>>?
  /// The residual of this batch and its strides, which a convolution does not take from the epilogue.
  var residual: UnsafePointer<Element>?
  var residualRowStride: Int
  var residualColumnStride: Int
  var biasIsForRows: Bool

  /// Whether sums may be stored straight into C (beta is then 0, or 1 to add to it).
  var isPlain: Bool {
    guard alpha == 1 && (beta == 0 || beta == 1) else { return false }
    guard let epilogue else { return true }
    return epilogue.pointee.bias == nil && residual == nil
      && epilogue.pointee.activation.rawValue == Activation.none.rawValue
  }

  /// Where nothing but a bias for columns keeps sums from being plain, that bias from `column` on.
  @inline(__always)
  func columnBias(_ column: Int) -> UnsafePointer<Element>? {
    guard alpha == 1 && (beta == 0 || beta == 1), let epilogue, residual == nil, !biasIsForRows,
      epilogue.pointee.biasScale == 1,
      epilogue.pointee.activation.rawValue == Activation.none.rawValue,
      let bias = epilogue.pointee.bias
    else { return nil }
    return bias + column
  }

  /// Finishes `rows` x `columns` sums at `tile` into C at (row, column). A tile without gaps may be written
  /// to: its activation is one call.
  @inline(never)
  func run(
    _ tile: UnsafeMutablePointer<Element>, _ tileStride: Int, _ row: Int, _ column: Int, _ rows: Int,
    _ columns: Int
  ) {
    guard let epilogue, epilogue.pointee.activation.rawValue > Activation.clip.rawValue else {
      return combine(tile, tileStride, row, column, rows, columns, c + row * cRowStride + column, cRowStride)
    }
    let from: UnsafeMutablePointer<Element> = c + row * cRowStride + column
    let isWhole: Bool = columns == tileStride && columns == 2 * Lanes.count
    combine(
      tile, tileStride, row, column, rows, columns, isWhole ? tile : from, isWhole ? tileStride : cRowStride)
    let (first, second): (Element, Element) = (epilogue.pointee.parameter0, epilogue.pointee.parameter1)
    guard isWhole else {
      for r in 0..<rows {
        Lanes.activate(epilogue.pointee.activation, first, second, from + r * cRowStride, columns)
      }
      return
    }
    activate(tile, row, column, rows, columns)
  }

  /// Brings `rows` x `columns` sums that lack nothing but the activation from `tile`, which is as wide as a
  /// full tile, into C at (row, column).
  @inline(__always)
  func activate(
    _ tile: UnsafeMutablePointer<Element>, _ row: Int, _ column: Int, _ rows: Int, _ columns: Int
  ) {
    guard let epilogue else { return }
    Lanes.activate(
      epilogue.pointee.activation, epilogue.pointee.parameter0, epilogue.pointee.parameter1, tile,
      rows * Self.tileColumns)
    var from: UnsafePointer<Element> = UnsafePointer(tile)
    var to: UnsafeMutablePointer<Element> = c + (row * cRowStride + column)
    for _ in 0..<rows {
      Lanes.store(Lanes.load(from), to)
      if columns > Lanes.count { Lanes.store(Lanes.load(from + Lanes.count), to + Lanes.count) }
      from += Self.tileColumns
      to += cRowStride
    }
  }

  /// Finishes all but the activations that are more than a few instructions, into rows at `out`.
  @inline(__always)
  private func combine(
    _ tile: UnsafePointer<Element>, _ tileStride: Int, _ row: Int, _ column: Int, _ rows: Int, _ columns: Int,
    _ out: UnsafeMutablePointer<Element>, _ outStride: Int
  ) {
    if columns == 2 * Lanes.count && isShort {
      runShort(tile, tileStride, row, column, rows)
      return
    }
    if isSum {
      for r in 0..<rows { runSum(tile + r * tileStride, row + r, column, columns, out + r * outStride) }
      return
    }
    for r in 0..<rows {
      let held: UnsafePointer<Element> = UnsafePointer(c + (row + r) * cRowStride + column)
      let target: UnsafeMutablePointer<Element> = out + r * outStride
      let sums: UnsafePointer<Element> = tile + r * tileStride
      var done: Int = 0
      while done + Lanes.count <= columns {
        var value: Lanes.Vector = Lanes.multiply(Lanes.load(sums + done), Lanes.splat(alpha))
        if beta != 0 { value = Lanes.mulAdd(Lanes.load(held + done), Lanes.splat(beta), value) }
        value = addends(value, row + r, column + done, Lanes.count)
        Lanes.store(value, target + done)
        done += Lanes.count
      }
      if done < columns {
        let left: Int = columns - done
        var value: Lanes.Vector = Lanes.multiply(Lanes.load(sums + done, left), Lanes.splat(alpha))
        if beta != 0 { value = Lanes.mulAdd(Lanes.load(held + done, left), Lanes.splat(beta), value) }
        value = addends(value, row + r, column + done, left)
        Lanes.store(value, target + done, left)
      }
    }
  }

  /// Whether all there is to do is to add what C held and a bias for columns, and perhaps Relu.
  @inline(__always) private var isShort: Bool {
    guard alpha == 1, residual == nil, let epilogue, !(biasIsForRows && epilogue.pointee.bias != nil)
    else { return false }
    let activation: UInt8 = epilogue.pointee.activation.rawValue
    return activation == Activation.none.rawValue || activation == Activation.relu.rawValue
  }

  /// `run` of whole tiles where it `isShort`, with the same arithmetic.
  @inline(__always)
  private func runShort(
    _ tile: UnsafePointer<Element>, _ tileStride: Int, _ row: Int, _ column: Int, _ rows: Int
  ) {
    guard let epilogue else { return }
    var left: Lanes.Vector = Lanes.zero
    var right: Lanes.Vector = Lanes.zero
    let hasBias: Bool = epilogue.pointee.bias != nil
    if let bias = epilogue.pointee.bias {
      left = Lanes.load(bias + column)
      right = Lanes.load(bias + column + Lanes.count)
    }
    let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.biasScale)
    let isRelu: Bool = epilogue.pointee.activation.rawValue == Activation.relu.rawValue
    var target: UnsafeMutablePointer<Element> = c + row * cRowStride + column
    var sums: UnsafePointer<Element> = tile
    for _ in 0..<rows {
      var first: Lanes.Vector = Lanes.load(sums)
      var second: Lanes.Vector = Lanes.load(sums + Lanes.count)
      if beta != 0 {
        first = Lanes.mulAdd(Lanes.load(target), Lanes.splat(beta), first)
        second = Lanes.mulAdd(Lanes.load(target + Lanes.count), Lanes.splat(beta), second)
      }
      if hasBias {
        first = Lanes.mulAdd(left, scale, first)
        second = Lanes.mulAdd(right, scale, second)
      }
      if isRelu {
        first = Lanes.maximum(Lanes.zero, first)
        second = Lanes.maximum(Lanes.zero, second)
      }
      Lanes.store(first, target)
      Lanes.store(second, target + Lanes.count)
      target += cRowStride
      sums += tileStride
    }
  }

  /// Whether all there is to do, but for an activation that is done later, is to add a residual.
  @inline(__always) private var isSum: Bool {
    guard alpha == 1, beta == 0, residual != nil, residualColumnStride == 1, let epilogue else {
      return false
    }
    let activation: UInt8 = epilogue.pointee.activation.rawValue
    return epilogue.pointee.bias == nil
      && (activation == Activation.none.rawValue || activation > Activation.clip.rawValue)
  }

  /// `combine` of one row where it `isSum`, with the same arithmetic.
  @inline(__always)
  private func runSum(
    _ sums: UnsafePointer<Element>, _ row: Int, _ column: Int, _ columns: Int,
    _ target: UnsafeMutablePointer<Element>
  ) {
    guard let epilogue, let residual else { return }
    let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.residualScale)
    let from: UnsafePointer<Element> = residual + row * residualRowStride + column
    var done: Int = 0
    while done + Lanes.count <= columns {
      Lanes.store(Lanes.mulAdd(Lanes.load(from + done), scale, Lanes.load(sums + done)), target + done)
      done += Lanes.count
    }
    if done < columns {
      let left: Int = columns - done
      Lanes.store(
        Lanes.mulAdd(Lanes.load(from + done, left), scale, Lanes.load(sums + done, left)), target + done, left
      )
    }
  }

  /// Adds bias and residual of `count` columns, and applies the activations that are a few instructions.
  @inline(__always)
  private func addends(_ sum: Lanes.Vector, _ row: Int, _ column: Int, _ count: Int) -> Lanes.Vector {
    guard let epilogue else { return sum }
    var value: Lanes.Vector = sum
    if let bias = epilogue.pointee.bias {
      let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.biasScale)
      if biasIsForRows {
        value = Lanes.mulAdd(Lanes.splat(bias[row]), scale, value)
      } else {
        value = Lanes.mulAdd(load(bias + column, count), scale, value)
      }
    }
    if let residual {
      let scale: Lanes.Vector = Lanes.splat(epilogue.pointee.residualScale)
      let stride: Int = residualColumnStride
      let from: UnsafePointer<Element> = residual + row * residualRowStride + column * stride
      if stride == 1 {
        value = Lanes.mulAdd(load(from, count), scale, value)
      } else if stride == 0 {
        value = Lanes.mulAdd(Lanes.splat(from.pointee), scale, value)
      } else {
        var gathered: Lanes.Vector = Lanes.zero
        for i in 0..<count { gathered[i] = from[i * stride] }
        value = Lanes.mulAdd(gathered, scale, value)
      }
    }
    switch epilogue.pointee.activation {
    case .relu:
      value = Lanes.maximum(Lanes.zero, value)
    case .leakyRelu:
      let scaled: Lanes.Vector = Lanes.multiply(value, Lanes.splat(epilogue.pointee.parameter0))
      value = Lanes.selectNegative(value, scaled, value)
    case .clip:
      value = Lanes.maximum(Lanes.splat(epilogue.pointee.parameter0), value)
      value = Lanes.minimum(Lanes.splat(epilogue.pointee.parameter1), value)
    default:
      break
    }
    return value
  }

  @inline(__always)
  private func load(_ from: UnsafePointer<Element>, _ count: Int) -> Lanes.Vector {
    count == Lanes.count ? Lanes.load(from) : Lanes.load(from, count)
  }
}
