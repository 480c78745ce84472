package import Graphs
package import KernelInterface
package import Tensors

/// `Greater`: whether A's element is above B's, element by element, with broadcasting; false where either
/// is NaN.
///
/// ONNX operator set: Greater-7 to 13.
package struct GreaterOp: ComparisonOperator {
  package static let schema = OperatorSchema("Greater", since: [7, 9, 13], binary: .numbers, result: [.bool])
  package static let comparison: Comparison = .greater

  package init() {}

  package static func compare(_ left: Dimension, _ right: Dimension) -> Bool? {
    (left - right).value.map { $0 > 0 }
  }
}
