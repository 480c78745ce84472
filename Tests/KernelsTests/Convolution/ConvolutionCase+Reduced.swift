import KernelInterface
import TestSupport

/// The convolution of operands in fewer bits.
extension ConvolutionCase {
  /// As the definition, but of what a precision holds: rows are what an output position reads of a group,
  /// zeros of the padding among it, columns are the weights of an output.
  func reducedReference(_ precision: ProductPrecision, _ x: [Double], _ weights: [Double], _ out: Extent3)
    -> ([Double], [Double])
  {
    var sums = [Double](repeating: 0, count: batch * outputs * out.count)
    var sizes = sums
    let (perGroup, outputsPerGroup) = (channels / groups, outputs / groups)
    let depth = perGroup * kernel.count
    let columns = HeldOperand(precision, lanes: outputs, depth: depth, isWeight: true) {
      Float(weights[$0 * depth + $1])
    }
    for image in 0..<batch {
      for group in 0..<groups {
        var patches = [Float](repeating: 0, count: out.count * depth)
        for c in 0..<perGroup {
          let plane = (image * channels + group * perGroup + c) * input.count
          eachContribution(out) { from, tap, to in
            patches[to * depth + c * kernel.count + tap] = Float(x[plane + from])
          }
        }
        let rows = HeldOperand(precision, lanes: out.count, depth: depth, isWeight: false) {
          patches[$0 * depth + $1]
        }
        for o in group * outputsPerGroup..<(group + 1) * outputsPerGroup {
          for to in 0..<out.count {
            for d in 0..<depth {
              let product = rows.values[to * depth + d] * columns.values[o * depth + d]
              sums[(image * outputs + o) * out.count + to] += product
              sizes[(image * outputs + o) * out.count + to] += abs(product)
            }
          }
        }
      }
    }
    return (sums, sizes)
  }
}
