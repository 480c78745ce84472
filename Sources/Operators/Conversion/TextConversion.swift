internal import Graphs
internal import Tensors

/// Numbers to strings and back, as `Cast` asks for them.
///
/// Floats are written with as many digits as tell them from their neighbours in their own type, plainly or,
/// from 1e16 on and below 1e-4, with an exponent; integers without a fraction, bool as "True" and "False".
/// A string is read as a number in decimal, perhaps with an exponent; "inf", "infinity" and "nan" in any
/// case, with a sign, are themselves.
enum TextConversion {
  /// `tensor` as `target`, where either is a string; other casts fall back to `ElementConversion`.
  static func convert(
    _ tensor: Tensor, to target: ElementType, _ options: ElementCodec.Options, _ context: EvaluationContext
  ) throws(ExecutionError) -> Tensor {
    if tensor.elementType == target { return tensor }
    if target == .string { return Tensor(strings: try strings(tensor, context), tensor.shape) }
    if let strings = tensor.strings?.elements {
      return try numbers(strings, tensor.shape, target, options, context)
    }
    guard let convert = ElementConversion(tensor.elementType, target, options) else {
      throw context.error(
        .unsupportedType, "\(tensor.elementType.name) can't be converted to \(target.name)")
    }
    return convert.convert(tensor, to: target)
  }

  private static func strings(_ tensor: Tensor, _ context: EvaluationContext) throws(ExecutionError)
    -> [String]
  {
    switch tensor.elementType {
    case .bool: return tensor.elements(Bool.self).map { $0 ? "True" : "False" }
    case .float64: return tensor.elements(Double.self).map { text($0.description) }
    case .float32: return tensor.elements(Float.self).map { text($0.description) }
    case .uint64: return tensor.elements(UInt64.self).map(\.description)
    case .float16: return tensor.elements(Half.self).map { text(shortest($0.float) { Half($0).float }) }
    case .bfloat16:
      return tensor.elements(BFloat16.self).map { text(shortest($0.float) { BFloat16($0).float }) }
    default: break
    }
    if tensor.elementType.isFloatingPoint, let convert = ElementConversion(tensor.elementType, .float32) {
      return convert.convert(tensor, to: .float32).elements(Float.self).map { text($0.description) }
    }
    guard let convert = ElementConversion(tensor.elementType, .int64) else {
      throw context.error(.unsupportedType, "\(tensor.elementType.name) can't be converted to string")
    }
    return convert.convert(tensor, to: .int64).elements(Int64.self).map(\.description)
  }

  /// The shortest decimal that `round` brings back to `value`.
  private static func shortest(_ value: Float, _ round: (Float) -> Float) -> String {
    guard value.isFinite, value != 0 else { return value.description }
    for digits in 1...5 {
      let exponent: Int = decimalExponent(value.magnitude)
      let scale: Double = powerOfTen(digits - 1 - exponent)
      let rounded: Double = (Double(value) * scale).rounded(.toNearestOrEven) / scale
      if round(Float(rounded)) == value { return Float(rounded).description }
    }
    return value.description
  }

  private static func decimalExponent(_ value: Float) -> Int {
    var exponent: Int = 0
    var rest = Double(value)
    while rest >= 10 {
      rest /= 10
      exponent += 1
    }
    while rest < 1 {
      rest *= 10
      exponent -= 1
    }
    return exponent
  }

  private static func powerOfTen(_ exponent: Int) -> Double {
    var power: Double = 1
    for _ in 0..<abs(exponent) { power *= 10 }
    return exponent < 0 ? 1 / power : power
  }

  /// Swift's description in the form that ONNX's tools write: "inf", "nan", exponents with two digits.
  private static func text(_ description: String) -> String {
    guard let mark = description.firstIndex(of: "e") else { return description }
    var mantissa = String(description[..<mark])
    var exponent: Substring = description[description.index(after: mark)...]
    if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
    let isNegative: Bool = exponent.hasPrefix("-")
    if exponent.hasPrefix("-") || exponent.hasPrefix("+") { exponent.removeFirst() }
    let digits: String = exponent.count < 2 ? "0" + exponent : String(exponent)
    return "\(mantissa)e\(isNegative ? "-" : "+")\(digits)"
  }

  private static func numbers(
    _ strings: [String], _ shape: Shape, _ target: ElementType, _ options: ElementCodec.Options,
    _ context: EvaluationContext
  ) throws(ExecutionError) -> Tensor {
    if target.isInteger {
      var values: [Int64] = []
      values.reserveCapacity(strings.count)
      for string in strings { values.append(try integer(string, context)) }
      return try cast(Tensor(values, shape), target, options, context)
    }
    var values: [Double] = []
    values.reserveCapacity(strings.count)
    for string in strings { values.append(try number(string, context)) }
    if target == .float32 {
      // Read as float32, so that a decimal is rounded once.
      return Tensor(zip(strings, values).map { Float(trimmed($0)) ?? Float($1) }, shape)
    }
    return try cast(Tensor(values, shape), target, options, context)
  }

  private static func cast(
    _ tensor: Tensor, _ target: ElementType, _ options: ElementCodec.Options, _ context: EvaluationContext
  ) throws(ExecutionError) -> Tensor {
    if tensor.elementType == target { return tensor }
    guard let convert = ElementConversion(tensor.elementType, target, options) else {
      throw context.error(.unsupportedType, "strings can't be converted to \(target.name)")
    }
    return convert.convert(tensor, to: target)
  }

  private static func integer(_ string: String, _ context: EvaluationContext) throws(ExecutionError) -> Int64
  {
    let text: String = trimmed(string)
    if let value = Int64(text) { return value }
    if let value = UInt64(text) { return Int64(bitPattern: value) }
    return ElementCodec.clamped(try number(string, context))
  }

  private static func number(_ string: String, _ context: EvaluationContext) throws(ExecutionError) -> Double
  {
    let text: String = trimmed(string)
    guard let value = Double(text) else {
      let shown = String(text.prefix(40))
      throw context.error(.invalidData, "\"\(shown)\" is no number")
    }
    return value
  }

  private static func trimmed(_ string: String) -> String {
    var text: Substring = string[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
