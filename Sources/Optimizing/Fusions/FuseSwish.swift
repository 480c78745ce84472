package import Graphs
internal import Operators

/// Makes one Swish of `x sigmoid(alpha x)`: SiLU where alpha is 1, the quick form of Gelu where it is 1.702.
///
/// Ramachandran, Zoph, Le, Searching for Activation Functions, 2017.
package struct FuseSwish: RewriteRule {
  package static let name = "FuseSwish"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    ActivationPattern.rewrite(node, in: context) { pattern in
      guard pattern.function is SigmoidOp, pattern.constant.isClose(Polynomial([])),
        pattern.factor.isClose(Polynomial([0, 1])), pattern.argument.isClose(Polynomial([0, pattern.slope])),
        pattern.slope != 0
      else { return nil }
      return SwishOp(alpha: Float(pattern.slope))
    }
  }
}
