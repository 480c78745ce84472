/// How an image tensor lies in memory.
package enum ImageLayout: UInt8, Sendable {
  /// [batch, channels, depth, height, width], dense.
  case channelsFirst
  /// [batch, depth, height, width, channels]; between the channels of a pixel and those of the next there may
  /// be others that belong to somebody else.
  case channelsLast
}
