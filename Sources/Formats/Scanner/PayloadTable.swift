/// The fields that are cut out of what the C code parses, by their numbers.
struct PayloadField: RawRepresentable, Hashable, Sendable {
  var rawValue: Int

  static let floatData = PayloadField(rawValue: 4)
  static let int32Data = PayloadField(rawValue: 5)
  static let stringData = PayloadField(rawValue: 6)
  static let int64Data = PayloadField(rawValue: 7)
  static let rawData = PayloadField(rawValue: 9)
  static let doubleData = PayloadField(rawValue: 10)
  static let uint64Data = PayloadField(rawValue: 11)
  static let ofTensor: [PayloadField] = [
    .floatData, .int32Data, .stringData, .int64Data, .rawData, .doubleData, .uint64Data,
  ]

  static let floats = PayloadField(rawValue: 7)
  static let ints = PayloadField(rawValue: 8)
  static let strings = PayloadField(rawValue: 9)
  static let ofAttribute: [PayloadField] = [.floats, .ints, .strings]
}

/// Where the payloads of tensors and attributes lie in the file. An owner's entry is a list of pieces;
/// a piece is a run of complete records (tag and content) of one field.
struct PayloadTable {
  struct Piece {
    var field: PayloadField
    var start: Int
    var end: Int
  }

  private(set) var pieces: [Piece] = []
  private var owners: [Range<Int>] = []

  /// Makes an entry and returns its number.
  mutating func add(_ entry: [Piece]) -> Int {
    let first: Int = pieces.count
    pieces.append(contentsOf: entry)
    owners.append(first..<pieces.count)
    return owners.count - 1
  }

  /// The pieces of an owner; none for a number that was never given out.
  subscript(owner: Int) -> ArraySlice<Piece> {
    owner < owners.count ? pieces[owners[owner]] : []
  }
}
