internal import Formats
internal import Models

/// Rewrites a model file in another format or layout. Nothing of the model is lost, and weights are copied
/// from the mapped file without being held in memory.
package struct ModelConversion: Sendable {
  /// Bytes from which on an initializer goes to a `.data` file beside the model; nil keeps all inside.
  package var externalThreshold: Int?
  /// Whether payloads start at multiples of 64 bytes; nil does what the extension says (`.pb`: yes).
  package var aligned: Bool?
  /// Whether an existing `.data` file may be replaced.
  package var replacesData: Bool

  package init(externalThreshold: Int? = nil, aligned: Bool? = nil, replacesData: Bool = false) {
    self.externalThreshold = externalThreshold
    self.aligned = aligned
    self.replacesData = replacesData
  }

  /// Reads `source` and writes `target`. Returns the sizes of both model files in bytes.
  package func convert(_ source: String, to target: String) throws(NGraphError) -> (read: Int, written: Int) {
    do {
      let model: Model = try ModelFiles.read(path: source)
      let read: Int = try MappedFile(path: source).count
      let options = ModelWriteOptions(
        weights: externalThreshold.map { .external(threshold: $0) } ?? .inside, aligned: aligned,
        replacesData: replacesData)
      try ModelFiles.write(model, to: target, options: options)
      return (read, try MappedFile(path: target).count)
    } catch { throw NGraphError(error) }
  }
}
