import Tensors
import TestSupport

/// Compares what a model gave with what a case expects: types and shapes must be equal, NaN equals NaN,
/// and numbers may differ by `atol + rtol * |expected|`, as in ONNX's own runner.
struct ValueComparison {
  let rtol: Double
  let atol: Double

  /// What is different; nil where nothing is. An optional that holds a value equals the value.
  func difference(_ actual: Value, _ expected: Value) -> String? {
    switch (actual, expected) {
    case (.tensor(let a), .tensor(let b)): return difference(a, b)
    case (.optional(.some(let a)), let b) where !b.isOptional: return difference(a, b)
    case (let a, .optional(.some(let b))) where !a.isOptional: return difference(a, b)
    case (.optional(nil), .optional(nil)): return nil
    case (.optional(.some(let a)), .optional(.some(let b))): return difference(a, b)
    case (.sequence(let a), .sequence(let b)):
      guard a.count == b.count else { return "\(a.count) elements in a sequence of \(b.count)" }
      for (index, pair) in zip(a, b).enumerated() {
        if let found = difference(pair.0, pair.1) { return "element \(index) of the sequence: \(found)" }
      }
      return nil
    default: return "another kind of value"
    }
  }

  private func difference(_ actual: Tensor, _ expected: Tensor) -> String? {
    guard actual.elementType == expected.elementType else {
      return "type \(actual.elementType.name) in place of \(expected.elementType.name)"
    }
    guard actual.shape == expected.shape else {
      return "shape \(actual.shape) in place of \(expected.shape)"
    }
    if let a = actual.strings, let b = expected.strings {
      let index: Int? = a.elements.indices.first { a.elements[$0] != b.elements[$0] }
      return index.map { "string \($0) is '\(a.elements[$0])' in place of '\(b.elements[$0])'" }
    }
    guard let a = numbers(actual), let b = numbers(expected) else {
      let differs: Int? = (0..<actual.byteCount).first {
        actual.base.load(fromByteOffset: $0, as: UInt8.self)
          != expected.base.load(fromByteOffset: $0, as: UInt8.self)
      }
      return differs.map { "byte \($0) of the values differs" }
    }
    return difference(a, b)
  }

  private func difference(_ actual: [Double], _ expected: [Double]) -> String? {
    var wrong: Int = 0
    var worst: (index: Int, error: Double) = (0, -1)
    for index in expected.indices {
      let (a, b) = (actual[index], expected[index])
      if a == b || a.isNaN && b.isNaN { continue }
      let error: Double = abs(a - b)
      if b.isFinite, error <= atol + rtol * abs(b) { continue }
      wrong += 1
      let size: Double = error.isNaN ? .infinity : error
      if size > worst.error { worst = (index, size) }
    }
    guard wrong > 0 else { return nil }
    let (a, b) = (actual[worst.index], expected[worst.index])
    return "\(wrong) of \(expected.count) numbers differ, number \(worst.index) is \(a) in place of \(b)"
  }

  /// The elements of real and complex numbers; nil for types that are compared by their bits.
  private func numbers(_ tensor: Tensor) -> [Double]? {
    switch tensor.elementType {
    case .complex64:
      return Tensor(.float32, [tensor.count * 2], storage: tensor.storage, byteOffset: tensor.byteOffset)
        .doubles
    case .complex128:
      return Tensor(.float64, [tensor.count * 2], storage: tensor.storage, byteOffset: tensor.byteOffset)
        .doubles
    default:
      let numbers: [Double] = tensor.doubles
      return numbers.count == tensor.count ? numbers : nil
    }
  }
}

extension Value {
  fileprivate var isOptional: Bool { if case .optional = self { true } else { false } }
}
