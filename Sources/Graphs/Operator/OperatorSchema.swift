package import Tensors

/// A set of element types that a parameter takes.
package struct TypeSet: Sendable, Hashable, ExpressibleByArrayLiteral {
  private var bits: UInt64

  package init(arrayLiteral elements: ElementType...) { self.init(elements) }
  package init(_ types: some Sequence<ElementType>) {
    bits = types.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }
  private init(bits: UInt64) { self.bits = bits }

  package func contains(_ type: ElementType) -> Bool { bits & (1 << UInt64(type.rawValue)) != 0 }
  package static func | (left: TypeSet, right: TypeSet) -> TypeSet { TypeSet(bits: left.bits | right.bits) }
  /// The types, in the order of their numbers.
  package var types: [ElementType] { ElementType.allCases.filter { contains($0) } }

  /// float16, bfloat16, float32, float64.
  package static let floats: TypeSet = [.float16, .bfloat16, .float32, .float64]
  package static let signedIntegers: TypeSet = [.int8, .int16, .int32, .int64]
  package static let unsignedIntegers: TypeSet = [.uint8, .uint16, .uint32, .uint64]
  package static let integers: TypeSet = signedIntegers | unsignedIntegers
  /// Integers of 8 to 64 bits and floats of 16 to 64.
  package static let numbers: TypeSet = floats | integers
  package static let complex: TypeSet = [.complex64, .complex128]
  package static let indices: TypeSet = [.int32, .int64]
  package static let float8: TypeSet = [.float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ]
  /// Every element type.
  package static let all = TypeSet(ElementType.allCases)
}

/// A formal input or output.
package struct Parameter: Sendable {
  package enum Presence: Sendable { case required, optional, variadic }

  package var name: String
  /// The element types, where the value is a tensor.
  package var types: TypeSet
  package var presence: Presence
  /// Parameters that name the same variable have the same element type.
  package var variable: String?
  /// Whether a sequence, optional or map may come here (the operator checks which).
  package var allowsContainers: Bool

  package init(
    _ name: String, _ types: TypeSet, _ presence: Presence = .required, variable: String? = nil,
    allowsContainers: Bool = false
  ) {
    self.name = name
    self.types = types
    self.presence = presence
    self.variable = variable
    self.allowsContainers = allowsContainers
  }
}

/// The signature of an operator type: what ONNX's operator schema says.
package struct OperatorSchema: Sendable {
  package var name: String
  /// Empty for `ai.onnx`.
  package var domain: String
  /// The operator set versions in which ONNX gave this operator a new form, ascending, as far as this
  /// implementation reads them. A model's version v means the largest number here that is <= v.
  package var sinceVersions: [Int]
  package var inputs: [Parameter]
  package var outputs: [Parameter]
  /// The names of all attributes, of every version.
  package var attributes: [String]

  package init(
    _ name: String, domain: String = "", since sinceVersions: [Int], inputs: [Parameter],
    outputs: [Parameter], attributes: [String] = []
  ) {
    self.name = name
    self.domain = domain
    self.sinceVersions = sinceVersions
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
  }

  /// `domain::name`, or the bare name in `ai.onnx`.
  package var qualifiedName: String { domain.isEmpty ? name : "\(domain)::\(name)" }
}
