package import Graphs
package import KernelInterface

/// `Floor`: the greatest integer that is not above the element.
///
/// ONNX operator set: Floor-6 to 13.
package struct FloorOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("Floor", since: [6, 13], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .floor }
}
