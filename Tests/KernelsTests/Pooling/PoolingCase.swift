import Foundation
import KernelInterface
import Testing

/// One pooling with random elements and canaries, compared with the definition in double precision.
struct PoolingCase {
  var kind: PoolingKind
  var planes = 3
  var input: Extent3
  var kernel: Extent3
  var stride = Extent3(1)
  var dilation = Extent3(1)
  var padding = Extent3(0)
  var paddingEnd = Extent3(0)
  /// Output positions beyond what the pads allow, as ceil_mode makes them.
  var extra = 0
  var countsPadding = false
  var power = 2
  var hasIndices = false
  var isColumnMajor = false
  var layout = ImageLayout.channelsFirst
  /// Channels-last: of the planes, and elements of others between the pixels.
  var channels = 3
  var pixelGap = 0

  init(_ kind: PoolingKind, _ input: Extent3, _ kernel: Extent3) {
    self.kind = kind
    self.input = input
    self.kernel = kernel
  }

  private func output(_ size: KeyPath<Extent3, Int>) -> Int {
    let reach = dilation[keyPath: size] * (kernel[keyPath: size] - 1) + 1
    let pads = padding[keyPath: size] + paddingEnd[keyPath: size]
    let more = input[keyPath: size] > 1 ? extra : 0
    return (input[keyPath: size] + pads - reach) / stride[keyPath: size] + 1 + more
  }

  func check<Element: Numeric & Comparable & Sendable>(
    _ pooling: PoolingKernel<Element>, lowest: Double, epsilon: Double, element: (Double) -> Element,
    double: (Element) -> Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let out = Extent3(output(\.depth), output(\.height), output(\.width))
    var random = SeededRandom(UInt64(input.count * 31 + kernel.count))
    let gap = layout == .channelsLast ? pixelGap : 0
    let batch = layout == .channelsLast ? planes / channels : planes
    let x = GuardedBuffer<Element>(planes * input.count + batch * input.count * gap) { _ in
      element(random.uniform())
    }
    let y = GuardedBuffer<Element>(planes * out.count + batch * out.count * gap) { _ in 55 }
    let indices = GuardedBuffer<Int64>(planes * out.count) { _ in -7 }
    var arguments = PoolingArguments<Element>(
      kind: kind, planes: planes, input: input, kernel: kernel, output: out)
    arguments.stride = stride
    arguments.dilation = dilation
    arguments.padding = padding
    arguments.paddingEnd = paddingEnd
    arguments.countsPadding = countsPadding
    arguments.power = power
    arguments.indicesAreColumnMajor = isColumnMajor
    arguments.layout = layout
    arguments.channels = channels
    if gap > 0 {
      arguments.inputPixelStride = channels + gap
      arguments.outputPixelStride = channels + gap
    }
    arguments.x = x.pointer
    arguments.y = y.base
    if hasIndices { arguments.indices = indices.base }
    for task in 0..<pooling.taskCount(&arguments) { pooling.run(&arguments, task) }
    #expect(x.isIntact && y.isIntact && indices.isIntact, "\(self): a canary died")
    let isGapIntact = (0..<y.count).allSatisfy {
      gap == 0 || $0 % (channels + gap) < channels || y.base[$0] == 55
    }
    #expect(isGapIntact, "\(self): wrote between the pixels")
    let values = (0..<planes * input.count).map { double(x.base[place($0, input.count)]) }
    for i in 0..<planes * out.count {
      let (expected, index) = reference(values, i / out.count, i % out.count, out, lowest)
      let found = double(y.base[place(i, out.count)])
      if !(found == expected || abs(found - expected) <= epsilon * Double(kernel.count + 8)) {
        Issue.record(
          "\(self) \(Element.self): element \(i) is \(found), expected \(expected)",
          sourceLocation: sourceLocation)
        return
      }
      if hasIndices && indices.base[i] != Int64(index) {
        Issue.record(
          "\(self): index \(i) is \(indices.base[i]), expected \(index)", sourceLocation: sourceLocation)
        return
      }
    }
  }

  /// Where element `i`, counted channels-first, lies.
  private func place(_ i: Int, _ plane: Int) -> Int {
    guard layout == .channelsLast else { return i }
    return (i / plane / channels * plane + i % plane) * (channels + pixelGap) + i / plane % channels
  }

  private func reference(
    _ x: [Double], _ plane: Int, _ position: Int, _ out: Extent3, _ lowest: Double
  ) -> (Double, Int) {
    let (oz, oy) = (position / out.width / out.height, position / out.width % out.height)
    let ox = position % out.width
    var (sum, largest, index, inside, padded) = (0.0, lowest, -1, 0, 0)
    for kz in 0..<kernel.depth {
      for ky in 0..<kernel.height {
        for kx in 0..<kernel.width {
          let z = oz * stride.depth - padding.depth + kz * dilation.depth
          let y = oy * stride.height - padding.height + ky * dilation.height
          let c = ox * stride.width - padding.width + kx * dilation.width
          guard z < input.depth + paddingEnd.depth, y < input.height + paddingEnd.height,
            c < input.width + paddingEnd.width
          else { continue }
          padded += 1
          guard 0..<input.depth ~= z, 0..<input.height ~= y, 0..<input.width ~= c else { continue }
          inside += 1
          let value = x[plane * input.count + (z * input.height + y) * input.width + c]
          sum += kind == .lp ? pow(abs(value), Double(power)) : value
          if index < 0 || value > largest {
            largest = value
            let rowMajor = (z * input.height + y) * input.width + c
            let columnMajor = z + input.depth * (y + input.height * c)
            index = plane * input.count + (isColumnMajor ? columnMajor : rowMajor)
          }
        }
      }
    }
    switch kind {
    case .max: return (largest, index)
    case .average:
      let count = countsPadding ? padded : inside
      return (count == 0 ? 0 : sum / Double(count), index)
    case .lp: return (pow(sum, 1 / Double(power)), index)
    }
  }
}
