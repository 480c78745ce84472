package import Graphs
internal import Operators

/// Makes one Gelu of `x / 2 (1 + erf(x / sqrt 2))` or of
/// `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`, however its factors are grouped.
///
/// Hendrycks, Gimpel, Gaussian Error Linear Units, 2016.
package struct FuseGelu: RewriteRule {
  package static let name = "FuseGelu"

  package init() {}

  package func rewrite(_ node: Node, in context: RewriteContext) -> GraphPatch? {
    ActivationPattern.rewrite(node, in: context) { pattern in
      let half = Polynomial([0, 0.5])
      guard pattern.constant.isClose(half), pattern.factor.isClose(half) else { return nil }
      switch pattern.function {
      case is ErfOp:
        return pattern.argument.isClose(Polynomial([0, 0.5.squareRoot()])) ? GeluOp(usesTanh: false) : nil
      case is TanhOp:
        let slope: Double = (2 / Double.pi).squareRoot()
        let cubic = Polynomial([0, slope, 0, 0.044715 * slope])
        return pattern.argument.isClose(cubic) ? GeluOp(usesTanh: true) : nil
      default: return nil
      }
    }
  }
}
