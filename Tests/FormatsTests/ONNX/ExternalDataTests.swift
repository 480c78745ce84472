import Formats
import Foundation
import Models
import Testing

@Suite struct ExternalDataTests {
  private let scratch = Scratch()

  private func model(_ entries: [(String, String)], dims: UInt64 = 4) -> [UInt8] {
    var tensor: Wire = Wire().number(1, dims).number(2, 2).text(8, "w").number(14, 1)
    for (key, value) in entries { tensor = tensor.message(13, Wire().text(1, key).text(2, value)) }
    return Wire.model(initializer: tensor).bytes
  }

  private func read(_ entries: [(String, String)]) throws(FormatError) -> [UInt8]? {
    let path: String = scratch.write("m.onnx", model(entries))
    return bytes(of: try ModelFiles.read(path: path).graph.initializers[0].data)
  }

  private func refusal(_ entries: [(String, String)]) -> FormatError? {
    failure { () throws(FormatError) in _ = try read(entries) }
  }

  @Test func slicesOfFilesInTheFolderAreFound() throws {
    _ = scratch.write("w.bin", [1, 2, 3, 4, 5, 6, 7, 8])
    try FileManager.default.createDirectory(atPath: scratch.file("sub"), withIntermediateDirectories: true)
    _ = scratch.write("sub/v.bin", [9, 9, 9, 9])
    #expect(try read([("location", "w.bin"), ("offset", "2"), ("length", "4")]) == [3, 4, 5, 6])
    #expect(try read([("location", "w.bin")]) == [1, 2, 3, 4])
    #expect(try read([("location", "./sub//v.bin"), ("checksum", "abc")]) == [9, 9, 9, 9])
  }

  @Test(arguments: [
    "../w.bin", "/etc/hostname", "sub/../../w.bin", "", ".", "a\\..\\..", "w.bin/x", "nothing",
  ])
  func locationsOutsideOrNowhereAreRefused(location: String) {
    _ = scratch.write("w.bin", [1, 2, 3, 4])
    let code: FormatError.Code? = refusal([("location", location)])?.code
    #expect(code == .unsafePath || code == .notFound)
  }

  @Test func linksAreRefused() throws {
    let manager = FileManager.default
    _ = scratch.write("real.bin", [1, 2, 3, 4])
    try manager.createSymbolicLink(atPath: scratch.file("soft.bin"), withDestinationPath: "real.bin")
    try manager.createDirectory(atPath: scratch.file("real"), withIntermediateDirectories: true)
    _ = scratch.write("real/w.bin", [1, 2, 3, 4])
    try manager.createSymbolicLink(atPath: scratch.file("linked"), withDestinationPath: "real")
    #expect(refusal([("location", "soft.bin")])?.code == .unsafePath)
    #expect(refusal([("location", "linked/w.bin")])?.code != nil)
    #expect(refusal([("location", "real/w.bin")]) == nil)
    try manager.linkItem(atPath: scratch.file("real.bin"), toPath: scratch.file("hard.bin"))
    #expect(refusal([("location", "hard.bin")])?.code == .unsafePath)
    #expect(refusal([("location", "real.bin")])?.code == .unsafePath)
    #expect(refusal([("location", "real")])?.code == .unsafePath)
  }

  @Test func pipesAreRefusedWithoutWaiting() {
    mkfifo(scratch.file("pipe"), 0o600)
    #expect(refusal([("location", "pipe")])?.code == .unsafePath)
  }

  @Test func slicesBeyondTheFileAreRefused() {
    _ = scratch.write("w.bin", [1, 2, 3, 4])
    #expect(refusal([("location", "w.bin"), ("offset", "5")])?.code == .invalid)
    #expect(refusal([("location", "w.bin"), ("offset", "1"), ("length", "4")])?.code == .truncated)
    #expect(refusal([("location", "w.bin"), ("offset", "1")])?.code == .truncated)
    #expect(
      refusal([("location", "w.bin"), ("length", "9223372036854775807"), ("offset", "1")])?.code == .truncated
    )
    #expect(refusal([("location", "w.bin"), ("offset", "-1")])?.code == .invalid)
    #expect(refusal([("location", "w.bin"), ("offset", "99999999999999999999")])?.code == .invalid)
  }

  @Test func unknownAndDoubledKeysAreRefused() {
    _ = scratch.write("w.bin", [1, 2, 3, 4])
    #expect(refusal([("location", "w.bin"), ("compression", "zip")])?.code == .unsupported)
    #expect(refusal([("location", "w.bin"), ("location", "w.bin")])?.code == .invalid)
    #expect(refusal([("offset", "0")])?.code == .invalid)
  }

  @Test func unresolvedReferencesSurviveWriting() throws {
    let source: [UInt8] = model([
      ("location", "gone.bin"), ("offset", "64"), ("length", "4"), ("checksum", "c"),
    ])
    let path: String = scratch.write("m.onnx", source)
    let model: Model = try ModelFiles.read(path: path, options: ModelReadOptions(resolvesExternalData: false))
    try ModelFiles.write(model, to: scratch.file("n.onnx"))
    let back: Model = try ModelFiles.read(bytes: storage(scratch.read("n.onnx") ?? []))
    guard case .external(let reference, nil) = back.graph.initializers[0].data else {
      Issue.record("expected a reference")
      return
    }
    #expect(reference == ExternalData(location: "gone.bin", offset: 64, length: 4, checksum: "c"))
  }

  @Test func weightsGoOutAndComeBackIn() throws {
    let model: Model = everyMessage()
    let inside: [UInt8] = try ONNXFormat.bytes(of: model, isAligned: false)
    try ModelFiles.write(
      model, to: scratch.file("m.onnx"), options: .init(weights: .external(threshold: 100)))
    #expect(scratch.names == ["m.onnx", "m.onnx.data"])
    #expect(scratch.read("m.onnx.data") == bytes(of: model.graph.initializers[0].data))
    let back: Model = try ModelFiles.read(path: scratch.file("m.onnx"))
    guard case .external(let reference, _?) = back.graph.initializers[0].data else {
      Issue.record("expected external data")
      return
    }
    #expect(reference == ExternalData(location: "m.onnx.data", offset: 0, length: 400))
    #expect(try ONNXFormat.bytes(of: back, isAligned: false) == inside)
  }

  @Test func anExistingDataFileIsKeptUnlessToldOtherwise() throws {
    _ = scratch.write("m.onnx", [1])
    _ = scratch.write("m.onnx.data", [2])
    let error: FormatError? = failure { () throws(FormatError) in
      try ModelFiles.write(
        everyMessage(), to: scratch.file("m.onnx"), options: .init(weights: .external(threshold: 1)))
    }
    #expect(error?.code == .unsafePath)
    #expect(scratch.read("m.onnx") == [1] && scratch.read("m.onnx.data") == [2])
    #expect(scratch.names == ["m.onnx", "m.onnx.data"])
    try ModelFiles.write(
      everyMessage(), to: scratch.file("m.onnx"),
      options: .init(weights: .external(threshold: 1), replacesData: true))
    _ = try ModelFiles.read(path: scratch.file("m.onnx"))
  }

  @Test func aModelIsNotWrittenOverItsOwnWeights() throws {
    let data: String = scratch.write("w.bin", [1, 2, 3, 4])
    let path: String = scratch.write("m.onnx", model([("location", "w.bin")]))
    let read: Model = try ModelFiles.read(path: path)
    let error: FormatError? = failure { () throws(FormatError) in try ModelFiles.write(read, to: data) }
    #expect(error?.code == .unsafePath)
    #expect(scratch.read("w.bin") == [1, 2, 3, 4])
    try ModelFiles.write(read, to: path)
    #expect(bytes(of: try ModelFiles.read(path: path).graph.initializers[0].data) == [1, 2, 3, 4])
  }
}
