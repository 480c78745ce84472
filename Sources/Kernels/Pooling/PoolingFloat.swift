internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What pooling of floating-point elements asks of a register beyond arithmetic.
protocol PoolingLanes: ProductLanes {
  /// The larger; a NaN wins.
  static func largest(_ left: Vector, _ right: Vector) -> Vector
  static func magnitude(_ vector: Vector) -> Vector
  static func power(_ base: Element, _ exponent: Element) -> Element
}

extension F32Lanes: PoolingLanes {
  @inline(__always) static func largest(_ left: VF32, _ right: VF32) -> VF32 {
    right.replacing(with: left, where: (left .> right) .| (left .!= left))
  }

  @inline(__always) static func magnitude(_ vector: VF32) -> VF32 {
    vector.replacing(with: zero - vector, where: vector .< zero)
  }

  @inline(__always) static func power(_ base: Float, _ exponent: Float) -> Float {
    Float(pow(Double(base), Double(exponent)))
  }
}

extension F64Lanes: PoolingLanes {
  @inline(__always) static func largest(_ left: VF64, _ right: VF64) -> VF64 {
    right.replacing(with: left, where: (left .> right) .| (left .!= left))
  }

  @inline(__always) static func magnitude(_ vector: VF64) -> VF64 {
    vector.replacing(with: zero - vector, where: vector .< zero)
  }

  @inline(__always) static func power(_ base: Double, _ exponent: Double) -> Double {
    pow(base, exponent)
  }
}

/// Pooling of floating-point planes. Output columns whose windows lie inside the image are computed a
/// register at a time, one tap after another; a window that is the whole plane is reduced along the plane;
/// the rest, and whatever asks for indices, goes one window at a time. Sums are added tap by tap in order.
struct PoolingFloat<Lanes: PoolingLanes> {
  typealias Element = Lanes.Element

  var arguments: UnsafePointer<PoolingArguments<Element>>

  func run(_ plane: Int) {
    guard let x = arguments.pointee.x, let y = arguments.pointee.y else { return }
    let input: Extent3 = arguments.pointee.input
    let output: Extent3 = arguments.pointee.output
    let image: UnsafePointer<Element> = x + plane * (input.depth * input.height * input.width)
    let outputPlane: Int = output.depth * output.height * output.width
    var target: UnsafeMutablePointer<Element> = y + plane * outputPlane
    if let indices = arguments.pointee.indices {
      PoolingIndices<Element>(arguments: arguments)
        .run(image, plane, target, indices + plane * outputPlane, -Element.infinity)
      return
    }
    if outputPlane == 1 && coversPlane {
      target.pointee = wholePlane(image, input.depth * input.height * input.width)
      return
    }
    for oz in 0..<output.depth {
      let z: PoolingWindow = depthWindow(oz)
      for oy in 0..<output.height {
        row(image, z, heightWindow(oy), target)
        target += output.width
      }
    }
  }

  private var coversPlane: Bool {
    let input: Extent3 = arguments.pointee.input
    let kernel: Extent3 = arguments.pointee.kernel
    let padding: Extent3 = arguments.pointee.padding
    let dilation: Extent3 = arguments.pointee.dilation
    let isWhole: Bool =
      kernel.depth == input.depth && kernel.height == input.height && kernel.width == input.width
    let isUnpadded: Bool = padding.depth == 0 && padding.height == 0 && padding.width == 0
    return isWhole && isUnpadded && dilation.depth == 1 && dilation.height == 1 && dilation.width == 1
  }

  @inline(__always) private func depthWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.depth, kernel: arguments.pointee.kernel.depth,
      stride: arguments.pointee.stride.depth, dilation: arguments.pointee.dilation.depth,
      padding: arguments.pointee.padding.depth, paddingEnd: arguments.pointee.paddingEnd.depth)
  }

  @inline(__always) private func heightWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.height, kernel: arguments.pointee.kernel.height,
      stride: arguments.pointee.stride.height, dilation: arguments.pointee.dilation.height,
      padding: arguments.pointee.padding.height, paddingEnd: arguments.pointee.paddingEnd.height)
  }

  @inline(__always) private func widthWindow(_ position: Int) -> PoolingWindow {
    PoolingWindow(
      position, input: arguments.pointee.input.width, kernel: arguments.pointee.kernel.width,
      stride: arguments.pointee.stride.width, dilation: arguments.pointee.dilation.width,
      padding: arguments.pointee.padding.width, paddingEnd: arguments.pointee.paddingEnd.width)
  }

  /// One row of outputs.
  @inline(never)
  private func row(
    _ image: UnsafePointer<Element>, _ z: PoolingWindow, _ y: PoolingWindow,
    _ target: UnsafeMutablePointer<Element>
  ) {
    let width: Int = arguments.pointee.output.width
    let stride: Int = arguments.pointee.stride.width
    let padding: Int = arguments.pointee.padding.width
    let reach: Int = (arguments.pointee.kernel.width - 1) * arguments.pointee.dilation.width
    // Windows of columns low ..< high lie inside the image.
    let low: Int = smaller(width, ceilDivide(larger(0, padding), stride))
    let room: Int = arguments.pointee.input.width - reach + padding
    let high: Int = room > 0 ? smaller(width, ceilDivide(room, stride)) : 0
    let isVector: Bool = arguments.pointee.power <= 2 && stride <= 2
    var column: Int = 0
    while column < width {
      if isVector && column >= low && column + Lanes.count <= high {
        Lanes.store(vector(image, z, y, column * stride - padding), target + column)
        column += Lanes.count
      } else {
        target[column] = window(image, z, y, widthWindow(column))
        column += 1
      }
    }
  }

  /// Neighbouring windows whose taps all lie inside, the first beginning at column `start`.
  @inline(__always)
  private func vector(
    _ image: UnsafePointer<Element>, _ z: PoolingWindow, _ y: PoolingWindow, _ start: Int
  ) -> Lanes.Vector {
    let kind: PoolingKind = arguments.pointee.kind
    let isMax: Bool = kind.rawValue == PoolingKind.max.rawValue
    let isLp: Bool = kind.rawValue == PoolingKind.lp.rawValue
    let isSquare: Bool = arguments.pointee.power == 2
    var sum: Lanes.Vector = isMax ? Lanes.splat(-Element.infinity) : Lanes.zero
    for tz in z.first..<z.end {
      for ty in y.first..<y.end {
        var from: UnsafePointer<Element> = image + rowOffset(z, tz, y, ty) + start
        for _ in 0..<arguments.pointee.kernel.width {
          let value: Lanes.Vector =
            arguments.pointee.stride.width == 1 ? Lanes.load(from) : Lanes.loadEven(from)
          if isMax {
            sum = Lanes.largest(value, sum)
          } else if !isLp {
            sum = Lanes.add(sum, value)
          } else if isSquare {
            sum = Lanes.mulAdd(value, value, sum)
          } else {
            sum = Lanes.add(sum, Lanes.magnitude(value))
          }
          from += arguments.pointee.dilation.width
        }
      }
    }
    if isMax { return sum }
    if isLp {
      guard isSquare else { return sum }
      for i in 0..<Lanes.count { sum[i] = sum[i].squareRoot() }
      return sum
    }
    let count: Int =
      arguments.pointee.countsPadding
      ? z.padded * y.padded * arguments.pointee.kernel.width
      : z.count * y.count * arguments.pointee.kernel.width
    return Lanes.divide(sum, Lanes.splat(Element(larger(1, count))))
  }

  @inline(__always)
  private func rowOffset(_ z: PoolingWindow, _ tz: Int, _ y: PoolingWindow, _ ty: Int) -> Int {
    let inputZ: Int = z.start + tz * arguments.pointee.dilation.depth
    let inputY: Int = y.start + ty * arguments.pointee.dilation.height
    return (inputZ * arguments.pointee.input.height + inputY) * arguments.pointee.input.width
  }

  /// One window.
  private func window(
    _ image: UnsafePointer<Element>, _ z: PoolingWindow, _ y: PoolingWindow, _ x: PoolingWindow
  ) -> Element {
    let isMax: Bool = arguments.pointee.kind.rawValue == PoolingKind.max.rawValue
    let isLp: Bool = arguments.pointee.kind.rawValue == PoolingKind.lp.rawValue
    let power: Int = arguments.pointee.power
    var sum: Element = isMax ? -Element.infinity : 0
    for tz in z.first..<z.end {
      for ty in y.first..<y.end {
        let from: UnsafePointer<Element> = image + rowOffset(z, tz, y, ty)
        for tx in x.first..<x.end {
          let value: Element = from[x.start + tx * arguments.pointee.dilation.width]
          if isMax {
            if value > sum || value != value { sum = value }
          } else {
            sum += isLp ? raised(value, power) : value
          }
        }
      }
    }
    if isMax { return sum }
    if isLp { return root(sum, power) }
    let count: Int =
      arguments.pointee.countsPadding ? z.padded * y.padded * x.padded : z.count * y.count * x.count
    return count == 0 ? 0 : sum / Element(count)
  }

  @inline(__always) private func raised(_ value: Element, _ power: Int) -> Element {
    let size: Element = value < 0 ? -value : value
    if power == 1 { return size }
    return power == 2 ? size * size : Lanes.power(size, Element(power))
  }

  @inline(__always) private func root(_ sum: Element, _ power: Int) -> Element {
    if power == 1 { return sum }
    return power == 2 ? sum.squareRoot() : Lanes.power(sum, 1 / Element(power))
  }

  /// One window over a whole plane: blocks of vectors, the sums of blocks added up.
  @inline(never)
  private func wholePlane(_ image: UnsafePointer<Element>, _ count: Int) -> Element {
    let isMax: Bool = arguments.pointee.kind.rawValue == PoolingKind.max.rawValue
    let isLp: Bool = arguments.pointee.kind.rawValue == PoolingKind.lp.rawValue
    let power: Int = arguments.pointee.power
    let blockLength: Int = 64 * Lanes.count
    var total: Element = isMax ? -Element.infinity : 0
    var done: Int = 0
    while done < count {
      let end: Int = smaller(count, done + blockLength)
      var block: Lanes.Vector = isMax ? Lanes.splat(-Element.infinity) : Lanes.zero
      if power <= 2 || !isLp {
        while done + Lanes.count <= end {
          let value: Lanes.Vector = Lanes.load(image + done)
          if isMax {
            block = Lanes.largest(value, block)
          } else if !isLp {
            block = Lanes.add(block, value)
          } else {
            block =
              power == 2 ? Lanes.mulAdd(value, value, block) : Lanes.add(block, Lanes.magnitude(value))
          }
          done += Lanes.count
        }
      }
      if isMax {
        for i in 0..<Lanes.count where block[i] > total || block[i] != block[i] { total = block[i] }
      } else {
        total += Lanes.sum(block)
      }
      while done < end {
        let value: Element = image[done]
        if isMax {
          if value > total || value != value { total = value }
        } else {
          total += isLp ? raised(value, power) : value
        }
        done += 1
      }
    }
    if isMax { return total }
    return isLp ? root(total, power) : total / Element(count)
  }
}
