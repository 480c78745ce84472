package import Graphs
internal import Operators

/// Makes one HardSwish of `x max(0, min(1, x / 6 + 1 / 2))`, with HardSigmoid or Clip.
///
/// Howard and others, Searching for MobileNetV3, 2019.
package struct FuseHardSwish: RewriteRule {
  package static let name = "FuseHardSwish"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    ActivationPattern.rewrite(node, in: context) { pattern in
      guard pattern.constant.isClose(Polynomial([])) else { return nil }
      switch pattern.function {
      case let op as HardSigmoidOp:
        // alpha (a x + b) + beta, which must be x / 6 + 1 / 2.
        let line = pattern.argument.scaled(by: op.alpha).adding(op.beta)
        let fits: Bool =
          line.isClose(Polynomial([0.5, 1 / 6])) && pattern.factor.isClose(Polynomial([0, 1]))
        return fits ? HardSwishOp() : nil
      case is ClipOp:
        guard let (low, high) = pattern.bounds, low == 0, high > 0 else { return nil }
        // The clipped line, and the factor before it, brought to an upper bound of 1.
        let line = pattern.argument.scaled(by: 1 / high)
        let factor = pattern.factor.scaled(by: high)
        return line.isClose(Polynomial([0.5, 1 / 6])) && factor.isClose(Polynomial([0, 1]))
          ? HardSwishOp() : nil
      default: return nil
      }
    }
  }
}
