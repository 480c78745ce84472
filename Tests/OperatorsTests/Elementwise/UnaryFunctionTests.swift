import Foundation
import Graphs
import Operators
import Tensors
import TestSupport
import Testing

/// Functions of one tensor against the C library in float64, in all four floating-point types.
@Suite struct UnaryFunctionTests {
  struct Case: Sendable, CustomStringConvertible {
    let type: any OperatorDefinition.Type
    var attributes: [Attribute] = []
    var range: ClosedRange<Double> = -4...4
    let function: @Sendable (Double) -> Double
    var description: String { type.schema.name }
  }

  static let cases: [Case] = [
    Case(type: AbsOp.self) { abs($0) },
    Case(type: NegOp.self) { -$0 },
    Case(type: SqrtOp.self, range: 0...9) { $0.squareRoot() },
    Case(type: ExpOp.self) { exp($0) },
    Case(type: LogOp.self, range: 0.01...9) { log($0) },
    Case(type: TanhOp.self) { tanh($0) },
    Case(type: SigmoidOp.self) { 1 / (1 + exp(-$0)) },
    Case(type: ErfOp.self) { erf($0) },
    Case(type: ReluOp.self) { max($0, 0) },
    Case(type: ReciprocalOp.self, range: 0.5...3) { 1 / $0 },
    Case(type: GeluOp.self) { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) },
    Case(type: GeluOp.self, attributes: [Attribute("approximate", "tanh")]) { x in
      x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    },
    Case(type: HardSwishOp.self) { $0 * max(0, min(1, $0 / 6 + 0.5)) },
    Case(
      type: HardSigmoidOp.self,
      attributes: [Attribute("alpha", 0.5 as Float), Attribute("beta", 0.25 as Float)]
    ) {
      max(0, min(1, 0.5 * $0 + 0.25))
    },
    Case(type: SoftplusOp.self) { log1p(exp($0)) },
    Case(type: SoftsignOp.self) { $0 / (1 + abs($0)) },
    Case(type: MishOp.self) { $0 * tanh(log1p(exp($0))) },
    Case(type: SwishOp.self, attributes: [Attribute("alpha", 0.5 as Float)]) { $0 / (1 + exp(-0.5 * $0)) },
    Case(type: EluOp.self, attributes: [Attribute("alpha", 2 as Float)]) { $0 >= 0 ? $0 : 2 * expm1($0) },
    Case(type: SeluOp.self) { x in
      let (alpha, gamma) = (1.67326319217681884765625, 1.05070102214813232421875)
      return x > 0 ? gamma * x : gamma * alpha * expm1(x)
    },
    Case(type: CeluOp.self, attributes: [Attribute("alpha", 2 as Float)]) {
      max(0, $0) + min(0, 2 * expm1($0 / 2))
    },
    Case(type: LeakyReluOp.self, attributes: [Attribute("alpha", 0.25 as Float)]) {
      $0 >= 0 ? $0 : 0.25 * $0
    },
    Case(type: ThresholdedReluOp.self, attributes: [Attribute("alpha", 2 as Float)]) { $0 > 2 ? $0 : 0 },
    Case(
      type: ShrinkOp.self, attributes: [Attribute("lambd", 1.5 as Float), Attribute("bias", 0.5 as Float)]
    ) {
      $0 < -1.5 ? $0 + 0.5 : $0 > 1.5 ? $0 - 0.5 : 0
    },
    Case(type: FloorOp.self) { $0.rounded(.down) },
    Case(type: CeilOp.self) { $0.rounded(.up) },
    Case(type: RoundOp.self) { $0.rounded(.toNearestOrEven) },
    Case(type: SignOp.self) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
    Case(type: SinOp.self) { sin($0) },
    Case(type: CosOp.self) { cos($0) },
    Case(type: TanOp.self, range: -1.2...1.2) { tan($0) },
    Case(type: AsinOp.self, range: -1...1) { asin($0) },
    Case(type: AcosOp.self, range: -1...1) { acos($0) },
    Case(type: AtanOp.self) { atan($0) },
    Case(type: SinhOp.self) { sinh($0) },
    Case(type: CoshOp.self) { cosh($0) },
    Case(type: AsinhOp.self) { asinh($0) },
    Case(type: AcoshOp.self, range: 1...9) { acosh($0) },
    Case(type: AtanhOp.self, range: -0.9...0.9) { atanh($0) },
  ]

  @Test(
    "The function of every element is close to the exact one in every floating-point type", arguments: cases)
  func matches(_ entry: Case) throws {
    let count: Int = 1037
    let step: Double = (entry.range.upperBound - entry.range.lowerBound) / Double(count - 1)
    // Multiples of 2^-7 are exact in float32 and float64, and nearly all in the 16-bit types.
    let points: [Double] = (0..<count).map {
      ((entry.range.lowerBound + Double($0) * step) * 128).rounded() / 128
    }
    let inputs: [Tensor] = [
      Tensor(points), Tensor(points.map { Float($0) }), Tensor(points.map { Half($0) }),
      Tensor(points.map { BFloat16(Float($0)) }),
    ]
    for input in inputs {
      let result = try evaluateTensor(entry.type, entry.attributes, input)
      #expect(result.elementType == input.elementType)
      // Beside the result's rounding, cancellation in 1 - x^2 and the like costs some units at a scale of 1.
      expectClose(result, input.doubles.map(entry.function), shape: [count], steps: 8, scale: 0.25)
    }
  }

  @Test("NaN stays NaN, and infinities go where the function's limits are")
  func specials() throws {
    let x = Tensor([.nan, .infinity, -.infinity] as [Float])
    expectClose(try evaluateTensor(ReluOp.self, [], x), [.nan, .infinity, 0])
    expectClose(try evaluateTensor(TanhOp.self, [], x), [.nan, 1, -1])
    expectClose(try evaluateTensor(SigmoidOp.self, [], x), [.nan, 1, 0])
    expectClose(try evaluateTensor(ExpOp.self, [], x), [.nan, .infinity, 0])
    expectClose(try evaluateTensor(SoftplusOp.self, [], x), [.nan, .infinity, 0])
    expectClose(
      try evaluateTensor(SqrtOp.self, [], Tensor([-1, 0, .infinity] as [Float])), [.nan, 0, .infinity])
  }

  @Test("Integers keep their type and wrap")
  func integers() throws {
    let x = Tensor([-128, -3, 0, 5] as [Int8])
    #expect(try evaluateTensor(AbsOp.self, [], x).elements(Int8.self) == [-128, 3, 0, 5])
    #expect(try evaluateTensor(NegOp.self, [], x).elements(Int8.self) == [-128, 3, 0, -5])
    #expect(try evaluateTensor(ReluOp.self, [], x).elements(Int8.self) == [0, 0, 0, 5])
    #expect(try evaluateTensor(SignOp.self, [], Tensor([0, 7] as [UInt64])).elements(UInt64.self) == [0, 1])
    let shrunk = try evaluateTensor(
      ShrinkOp.self, [Attribute("lambd", 2 as Float), Attribute("bias", 1 as Float)],
      Tensor([-5, -2, 2, 5] as [Int32]))
    #expect(shrunk.elements(Int32.self) == [-4, 0, 0, 4])
  }

  @Test("An unknown approximation of Gelu is refused")
  func approximation() {
    #expect(throws: GraphError.self) {
      try evaluateTensor(GeluOp.self, [Attribute("approximate", "sin")], Tensor([1] as [Float]))
    }
  }
}
