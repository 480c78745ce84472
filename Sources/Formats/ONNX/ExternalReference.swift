internal import Models

/// The entries of `TensorProto.external_data`: `location`, `offset`, `length` and `checksum`, each once.
/// Other keys are refused: a key that says how to read the data can't be ignored.
enum ExternalReference {
  static func decode(_ entries: [MetadataEntry]) throws(FormatError) -> ExternalData {
    var values: [String: String] = [:]
    for entry in entries {
      guard ["location", "offset", "length", "checksum"].contains(entry.key) else {
        throw FormatError(
          .unsupported, "external data: expected location, offset, length or checksum, found '\(entry.key)'")
      }
      guard values.updateValue(entry.value, forKey: entry.key) == nil else {
        throw FormatError(.invalid, "external data: expected one '\(entry.key)', found two")
      }
    }
    guard let location = values["location"] else {
      throw FormatError(.invalid, "external data: expected a location, found none")
    }
    let offset: Int? = try number(values["offset"], "offset")
    return ExternalData(
      location: location, offset: offset ?? 0, length: try number(values["length"], "length"),
      checksum: values["checksum"])
  }

  static func encode(_ data: ExternalData) -> [MetadataEntry] {
    var entries: [MetadataEntry] = [
      MetadataEntry(key: "location", value: data.location),
      MetadataEntry(key: "offset", value: String(data.offset)),
    ]
    if let length = data.length { entries.append(MetadataEntry(key: "length", value: String(length))) }
    if let checksum = data.checksum { entries.append(MetadataEntry(key: "checksum", value: checksum)) }
    return entries
  }

  private static func number(_ text: String?, _ key: String) throws(FormatError) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0 else {
      throw FormatError(.invalid, "external data: expected a number of bytes as \(key), found '\(text)'")
    }
    return value
  }
}
