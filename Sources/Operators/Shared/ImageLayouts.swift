package import Graphs
package import KernelInterface

/// How an image operator's input and output lie: channels-first, as files have it, or channels-last where a
/// graph was laid out for the kernels.
package struct ImageLayouts: Sendable, Hashable {
  package var input: ImageLayout = .channelsFirst
  package var output: ImageLayout = .channelsFirst

  package init(input: ImageLayout = .channelsFirst, output: ImageLayout = .channelsFirst) {
    self.input = input
    self.output = output
  }

  package static let channelsLast = ImageLayouts(input: .channelsLast, output: .channelsLast)

  /// For dumps: nothing where both are channels-first.
  var attributes: [Attribute] {
    if input == .channelsFirst, output == .channelsFirst { return [] }
    return [Attribute("layout", input == output ? "channelsLast" : "channelsFirst to channelsLast")]
  }
}

extension ImageLayout {
  /// `extents` as they are stored (batch first), with the channels brought to index 1.
  func channelsFirst<Extent>(_ extents: [Extent]) -> [Extent] {
    guard self == .channelsLast, let channels = extents.last, extents.count > 2 else { return extents }
    return [extents[0], channels] + extents[1..<extents.count - 1]
  }

  /// `extents` with the channels at index 1, as they are stored.
  func stored<Extent>(_ extents: [Extent]) -> [Extent] {
    guard self == .channelsLast, extents.count > 2 else { return extents }
    return [extents[0]] + extents[2...] + [extents[1]]
  }
}

/// An operator of images that also runs on images whose channels come last.
package protocol ImageOperator: StridedOperator, KernelOperator {
  var layout: ImageLayout { get }
  /// The same operator, of an input and an output that lie channels-last.
  var inChannelsLast: any Operator { get }
}

extension ImageOperator {
  package func readsStrided(_ index: Int) -> Bool { layout == .channelsLast }
  package var writesStrided: Bool { layout == .channelsLast }
}
