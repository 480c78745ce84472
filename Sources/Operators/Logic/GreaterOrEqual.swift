package import Graphs
package import KernelInterface
package import Tensors

/// `GreaterOrEqual`: whether A's element is at least B's, element by element, with broadcasting; false
/// where either is NaN.
///
/// ONNX operator set: GreaterOrEqual-12 to 16.
package struct GreaterOrEqualOp: ComparisonOperator {
  package static let schema = OperatorSchema(
    "GreaterOrEqual", since: [12, 16], binary: .numbers, result: [.bool])
  package static let comparison: Comparison = .greaterOrEqual

  package init() {}

  package static func compare(_ left: Dimension, _ right: Dimension) -> Bool? {
    (left - right).value.map { $0 >= 0 }
  }
}
