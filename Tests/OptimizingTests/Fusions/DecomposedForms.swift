import Graphs
import Operators
import Tensors
import TestSupport

/// How an exporter spells a normalization in elementwise operators.
struct NormalizationSpelling: CustomStringConvertible, Sendable {
  enum Quotient: CaseIterable, Sendable {
    case div, reciprocal, inversePower, inverseDiv, halfPower, reciprocalInside
  }
  enum Square: CaseIterable, Sendable { case pow, mul, separateDifference }

  var quotient: Quotient = .div
  var square: Square = .pow
  var subtractsMean: Bool = true
  var axes: [Int] = [-1]
  var axesAreInput: Bool = true
  var exponent: Double = 2
  var keepsDimensions: Bool = true
  var swapsOperands: Bool = false
  var epsilon: Double? = 1e-5

  var description: String {
    "\(quotient), \(square), axes \(axes), \(swapsOperands ? "swapped" : "in order"), \(subtractsMean ? "centered" : "root mean square")"
  }
}

extension TestGraph {
  /// A normalization in elementwise operators; `x` has known extents.
  mutating func decomposed(_ spelling: NormalizationSpelling, _ x: ValueID) throws -> ValueID {
    let difference: ValueID = spelling.subtractsMean ? try difference(spelling, x) : x
    var squared: ValueID
    switch spelling.square {
    case .pow: squared = try add(PowOp.self, [], difference, constant([spelling.exponent], []))
    case .mul: squared = try add(MulOp.self, [], difference, difference)
    case .separateDifference:
      let again: ValueID = spelling.subtractsMean ? try self.difference(spelling, x) : x
      squared = try add(PowOp.self, [], again, constant([spelling.exponent], [1]))
    }
    var variance: ValueID = try mean(spelling, squared)
    if let epsilon = spelling.epsilon {
      variance = try ordered(AddOp.self, spelling, variance, constant([epsilon], []))
    }
    switch spelling.quotient {
    case .div: return try add(DivOp.self, [], difference, try add(SqrtOp.self, [], variance))
    case .halfPower:
      return try add(DivOp.self, [], difference, try add(PowOp.self, [], variance, constant([0.5], [])))
    case .reciprocal:
      let inverse: ValueID = try add(ReciprocalOp.self, [], try add(SqrtOp.self, [], variance))
      return try ordered(MulOp.self, spelling, difference, inverse)
    case .reciprocalInside:
      let inverse: ValueID = try add(SqrtOp.self, [], try add(ReciprocalOp.self, [], variance))
      return try ordered(MulOp.self, spelling, difference, inverse)
    case .inversePower:
      let inverse: ValueID = try add(PowOp.self, [], variance, constant([-0.5], []))
      return try ordered(MulOp.self, spelling, difference, inverse)
    case .inverseDiv:
      let inverse: ValueID = try add(DivOp.self, [], constant([1], []), try add(SqrtOp.self, [], variance))
      return try ordered(MulOp.self, spelling, difference, inverse)
    }
  }

  private mutating func difference(_ spelling: NormalizationSpelling, _ x: ValueID) throws -> ValueID {
    try add(SubOp.self, [], x, try mean(spelling, x))
  }

  private mutating func mean(_ spelling: NormalizationSpelling, _ x: ValueID) throws -> ValueID {
    let keeps = Attribute("keepdims", spelling.keepsDimensions)
    guard spelling.axesAreInput else {
      return try add(ReduceMeanOp.self, [keeps, Attribute("axes", spelling.axes)], x)
    }
    return try add(ReduceMeanOp.self, [keeps], x, integers(spelling.axes))
  }

  /// The operator with its operands in the order that the spelling asks for.
  mutating func ordered(
    _ type: any OperatorDefinition.Type, _ spelling: NormalizationSpelling, _ a: ValueID, _ b: ValueID
  ) throws -> ValueID {
    spelling.swapsOperands ? try add(type, [], b, a) : try add(type, [], a, b)
  }

  /// The operators after a gain and offset of these shapes.
  mutating func tail(_ x: ValueID, _ shape: Shape, swapped: Bool = false) throws -> ValueID {
    let (gain, offset) = (constant(shape), constant(shape))
    let scaled = swapped ? try add(MulOp.self, [], gain, x) : try add(MulOp.self, [], x, gain)
    return swapped ? try add(AddOp.self, [], offset, scaled) : try add(AddOp.self, [], scaled, offset)
  }
}
