package import Graphs
package import KernelInterface
package import Tensors

/// `LessOrEqual`: whether A's element is at most B's, element by element, with broadcasting; false where
/// either is NaN.
///
/// ONNX operator set: LessOrEqual-12 to 16.
package struct LessOrEqualOp: ComparisonOperator {
  package static let schema = OperatorSchema(
    "LessOrEqual", since: [12, 16], binary: .numbers, result: [.bool])
  package static let comparison: Comparison = .lessOrEqual

  package init() {}

  package static func compare(_ left: Dimension, _ right: Dimension) -> Bool? {
    (left - right).value.map { $0 <= 0 }
  }
}
