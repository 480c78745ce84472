internal import Models
internal import Tensors

/// The layout of a `.data` file: which payloads it holds, one after the other, and where. Small ones start
/// at multiples of 64 bytes, those of a page and more at multiples of 4096, as ONNX advises.
///
/// Both passes of a writer ask for the same places in the same order.
final class ExternalDataLayout {
  struct Slot {
    var bytes: PayloadBytes
    var isSextet: Bool
    var count: Int
  }

  /// Payloads of fewer bytes stay in the model's file.
  let threshold: Int
  /// The data file's name, beside the model's file.
  let location: String
  private(set) var slots: [Slot] = []
  private var offsets: [Int] = []
  private var end: Int = 0
  private var next: Int = 0

  init(threshold: Int, location: String) {
    self.threshold = max(threshold, 1)
    self.location = location
  }

  func place(_ slot: Slot, isMeasuring: Bool) -> ExternalData {
    if isMeasuring {
      let alignment: Int = slot.count >= 4096 ? 4096 : WireWriter.alignment
      end = (end + alignment - 1) / alignment * alignment
      slots.append(slot)
      offsets.append(end)
      end += slot.count
      return ExternalData(location: location, offset: offsets[offsets.count - 1], length: slot.count)
    }
    next += 1
    return ExternalData(location: location, offset: offsets[next - 1], length: slot.count)
  }

  func write(to sink: any ByteSink) throws(FormatError) {
    var position: Int = 0
    for (slot, offset) in zip(slots, offsets) {
      try sink.append([UInt8](repeating: 0, count: offset - position))
      if slot.isSextet {
        try sink.append(Sextets.pack(slot.bytes.buffer))
      } else {
        try sink.append(slot.bytes.buffer)
      }
      position = offset + slot.count
    }
  }
}
