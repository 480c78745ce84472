package import Graphs
package import KernelInterface

/// `HardSwish`: `x max(0, min(1, x / 6 + 1 / 2))` of every element (Howard and others, "Searching for
/// MobileNetV3", 2019).
///
/// ONNX operator set: HardSwish-14 to 22.
package struct HardSwishOp: PlainUnaryOperator {
  package static let schema = OperatorSchema("HardSwish", since: [14, 22], unary: .floats)

  package init() {}
  package var function: UnaryFunction { .hardSwish }
}
