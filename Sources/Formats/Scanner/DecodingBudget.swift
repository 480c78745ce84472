/// The memory that decoding one file may take: as much as the file's size and 56 MB.
///
/// With the pages of the file itself that is less than twice the file and 64 MB. The scanner charges what
/// messages and texts will take before they are decoded, decoders charge what they convert.
final class DecodingBudget {
  static let allowance: Int = 56 << 20

  let limit: Int
  private(set) var spent: Int = 0

  init(fileSize: Int) { limit = fileSize + Self.allowance }

  /// What may still be charged.
  var remaining: Int { limit - spent }

  /// Charges `bytes`, which the file asks for at `offset`.
  @inline(__always)
  func charge(_ bytes: Int, at offset: Int) throws(FormatError) {
    let (total, overflow) = spent.addingReportingOverflow(bytes)
    guard !overflow, total <= limit else { throw exceeded(offset) }
    spent = total
  }

  private func exceeded(_ offset: Int) -> FormatError {
    FormatError(
      .limit, "decoding takes more than the \(limit) bytes that a file of this size may ask for",
      place: .init(offset: offset))
  }
}
