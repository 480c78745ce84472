internal import CONNX
package import Models
internal import Tensors

/// ONNX's model files, which are ngraph's: `.pb` is an `.onnx` whose payloads start at multiples of 64 bytes.
///
/// Reading: the scanner checks the mapped file and cuts its payloads out, protobuf-c parses what is left, and
/// the decoder puts both together. Weights stay in the mapping. Reading and writing again loses unknown
/// fields and nothing else; elements in typed fields come back as `raw_data`.
package enum ONNXFormat: ModelFormat {
  package static let name = "ONNX"
  package static let extensions = ["onnx", "pb"]

  package static func read(_ file: MappedFile, options: ModelReadOptions) throws(FormatError) -> Model {
    do {
      let message = try ONNXMessage(file, as: WireSchema.shared.model)
      var external: ExternalFiles?
      if options.resolvesExternalData {
        let directory: String? = options.directory ?? file.path.map(FilePaths.folder)
        external = directory.map { ExternalFiles(directory: $0) }
      }
      let decoder: ModelDecoder = message.decoder(external: external)
      let model: Model = try message.withMessage(of: Onnx__ModelProto.self, decoder.model)
      file.prefersReadAhead()
      return model
    } catch {
      throw error.located(in: file.path)
    }
  }

  package static func write(
    _ model: Model, to path: String, options: ModelWriteOptions
  ) throws(FormatError) {
    do {
      try replace(path, with: model, options: options)
    } catch {
      throw error.located(in: path)
    }
  }

  private static func replace(
    _ path: String, with model: Model, options: ModelWriteOptions
  ) throws(FormatError) {
    try ExternalDataCheck.check(model, against: path)
    let isAligned: Bool = options.aligned ?? (FilePaths.fileExtension(of: path) == "pb")
    var data: ExternalDataLayout?
    if case .external(let threshold) = options.weights {
      data = ExternalDataLayout(threshold: threshold, location: FilePaths.lastComponent(of: path) + ".data")
    }
    let file = try AtomicFile(path: path)
    try encode(model, to: file, isAligned: isAligned, data: data)
    if let data, !data.slots.isEmpty {
      let dataPath: String = FilePaths.join(FilePaths.folder(of: path), data.location)
      guard options.replacesData || FileIdentity(path: dataPath) == nil else {
        throw FormatError(
          .unsafePath, "expected no file where the external data goes, found one",
          place: .init(path: dataPath))
      }
      let dataFile = try AtomicFile(path: dataPath)
      try data.write(to: dataFile)
      try dataFile.commit()
    }
    try file.commit()
  }

  /// The file's bytes in memory, everything inside.
  package static func bytes(of model: Model, isAligned: Bool) throws(FormatError) -> [UInt8] {
    let sink = MemorySink()
    try encode(model, to: sink, isAligned: isAligned, data: nil)
    return sink.bytes
  }

  private static func encode(
    _ model: Model, to sink: any ByteSink, isAligned: Bool, data: ExternalDataLayout?
  ) throws(FormatError) {
    try WireWriter.write(to: sink) { (writer) throws(FormatError) in
      try ModelEncoder(writer: writer, isAligned: isAligned, data: data).model(model)
    }
  }
}
