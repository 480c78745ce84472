package import Graphs
package import KernelInterface
package import Tensors

/// `Less`: whether A's element is below B's, element by element, with broadcasting; false where either is
/// NaN.
///
/// ONNX operator set: Less-7 to 13.
package struct LessOp: ComparisonOperator {
  package static let schema = OperatorSchema("Less", since: [7, 9, 13], binary: .numbers, result: [.bool])
  package static let comparison: Comparison = .less

  package init() {}

  package static func compare(_ left: Dimension, _ right: Dimension) -> Bool? {
    (left - right).value.map { $0 < 0 }
  }
}
