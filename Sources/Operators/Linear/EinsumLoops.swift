internal import Graphs
internal import Tensors

/// Any `Einsum` as plain loops over the labels: each element of the output is the sum over the labels that it
/// lacks of the product of the operands' elements. Integers wrap; floats are summed in float64.
struct EinsumLoops: Sendable {
  private let outputLabels: Int
  private let labels: Int
  private let outputCount: Int
  private let summedCount: Int
  private let operandCount: Int
  /// Extents of the labels, those of the output first; then for each operand its strides over them.
  private let table: OffsetTable
  private let slots: [Int]
  private let y: Int

  init(
    _ context: PrepareContext, _ equation: EinsumEquation, extents: [Int: Int], y: Int
  ) {
    var order: [Int] = equation.output
    for label in equation.operands.joined() where !order.contains(label) { order.append(label) }
    outputLabels = equation.output.count
    labels = order.count
    var numbers: [Int] = order.map { extents[$0] ?? 1 }
    outputCount = numbers[..<outputLabels].reduce(1, *)
    summedCount = numbers[outputLabels...].reduce(1, *)
    operandCount = equation.operands.count
    var slots: [Int] = []
    for (index, own) in equation.operands.enumerated() {
      let operand: PrepareContext.Operand = context.input(index)
      let strides: [Int] = operand.shape.strides
      for label in order {
        var step: Int = 0
        for (axis, found) in own.enumerated() where found == label && operand.shape[axis] != 1 {
          step += strides[axis]
        }
        numbers.append(step)
      }
      slots.append(operand.slot)
    }
    table = OffsetTable(numbers)
    self.slots = slots
    self.y = y
  }

  func step<Element: EinsumNumber>(_ type: Element.Type) -> Step {
    Step { run in
      let target = run.output(y, as: Element.self)
      run.forRanges(of: outputCount, grain: max(1, (1 << 14) / max(1, summedCount &* operandCount))) {
        range, _ in
        for index in range {
          var total: Element.Accumulator = 0
          for rest in 0..<summedCount {
            var product: Element.Accumulator = 1
            for operand in 0..<operandCount {
              let place: Int = offset(operand, index, rest)
              product = Element.multiplied(product, run.input(slots[operand], as: Element.self)[place])
            }
            total = Element.added(total, product)
          }
          target[index] = Element.rounded(total)
        }
      }
    }
  }

  /// Where an operand's element lies for output element `index` and summand `rest`.
  private func offset(_ operand: Int, _ index: Int, _ rest: Int) -> Int {
    let numbers: UnsafePointer<Int> = table.address
    let strides = numbers + labels &* (operand &+ 1)
    var place: Int = 0
    var (outer, inner): (Int, Int) = (index, rest)
    var label: Int = labels &- 1
    while label >= outputLabels {
      place &+= inner % numbers[label] &* strides[label]
      inner /= numbers[label]
      label &-= 1
    }
    while label >= 0 {
      place &+= outer % numbers[label] &* strides[label]
      outer /= numbers[label]
      label &-= 1
    }
    return place
  }
}

/// A number that `EinsumLoops` multiplies and adds.
protocol EinsumNumber: TensorElement {
  associatedtype Accumulator: Numeric
  static func multiplied(_ sum: Accumulator, _ element: Self) -> Accumulator
  static func added(_ left: Accumulator, _ right: Accumulator) -> Accumulator
  static func rounded(_ sum: Accumulator) -> Self
}

extension EinsumNumber where Self: BinaryFloatingPoint, Accumulator == Double {
  static func multiplied(_ sum: Double, _ element: Self) -> Double { sum * Double(element) }
  static func added(_ left: Double, _ right: Double) -> Double { left + right }
  static func rounded(_ sum: Double) -> Self { Self(sum) }
}

extension EinsumNumber where Self: FixedWidthInteger, Accumulator == Self {
  static func multiplied(_ sum: Self, _ element: Self) -> Self { sum &* element }
  static func added(_ left: Self, _ right: Self) -> Self { left &+ right }
  static func rounded(_ sum: Self) -> Self { sum }
}

extension Float: EinsumNumber { typealias Accumulator = Double }
extension Double: EinsumNumber { typealias Accumulator = Double }
extension Int8: EinsumNumber { typealias Accumulator = Int8 }
extension Int16: EinsumNumber { typealias Accumulator = Int16 }
extension Int32: EinsumNumber { typealias Accumulator = Int32 }
extension Int64: EinsumNumber { typealias Accumulator = Int64 }
extension UInt8: EinsumNumber { typealias Accumulator = UInt8 }
extension UInt16: EinsumNumber { typealias Accumulator = UInt16 }
extension UInt32: EinsumNumber { typealias Accumulator = UInt32 }
extension UInt64: EinsumNumber { typealias Accumulator = UInt64 }
