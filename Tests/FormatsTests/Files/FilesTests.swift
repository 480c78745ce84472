import Formats
import Foundation
import Models
import Tensors
import Testing

@Suite struct FilesTests {
  private let scratch = Scratch()

  private func refusal(_ path: String) -> FormatError? {
    failure { () throws(FormatError) in _ = try ModelFiles.read(path: path) }
  }

  @Test func whatIsNoRegularFileIsRefused() {
    #expect(refusal(scratch.path)?.code == .unsafePath)
    mkfifo(scratch.file("pipe"), 0o600)
    #expect(refusal(scratch.file("pipe"))?.code == .unsafePath)
    #expect(refusal("/dev/null")?.code == .unsafePath)
    #expect(refusal(scratch.file("missing"))?.code == .notFound)
    #expect(refusal(scratch.write("empty.pb", []))?.code == .invalid)
  }

  @Test func errorsNameTheFile() {
    let path: String = scratch.write("bad.pb", [0xFF])
    #expect(refusal(path)?.place.path == path)
    #expect(refusal(path)?.description.hasPrefix(path + ": ") == true)
  }

  @Test func writingReplacesAFileAndLeavesNothingElse() throws {
    let path: String = scratch.write("m.pb", [1, 2, 3])
    try ModelFiles.write(everyMessage(), to: path)
    _ = try ModelFiles.read(path: path)
    #expect(scratch.names == ["m.pb"])
  }

  @Test func aModelMayBeWrittenOverTheFileThatItIsMappedFrom() throws {
    let path: String = scratch.file("m.pb")
    try ModelFiles.write(everyMessage(), to: path)
    let first: [UInt8]? = scratch.read("m.pb")
    try ModelFiles.write(try ModelFiles.read(path: path), to: path)
    #expect(scratch.read("m.pb") == first)
  }

  @Test func aFailedWriteKeepsTheOldFile() {
    let path: String = scratch.write("m.pb", [1, 2, 3])
    var model: Model = everyMessage()
    model.graph.name = "zero\0byte"
    #expect(failure { () throws(FormatError) in try ModelFiles.write(model, to: path) }?.code == .invalid)
    #expect(scratch.read("m.pb") == [1, 2, 3])
    #expect(scratch.names == ["m.pb"])
  }

  @Test func foldersAndMissingFoldersAreNotWrittenTo() {
    #expect(
      failure { () throws(FormatError) in try ModelFiles.write(everyMessage(), to: scratch.path) }?.code
        == .unsafePath)
    let nowhere: String = scratch.file("no/where.pb")
    #expect(
      failure { () throws(FormatError) in try ModelFiles.write(everyMessage(), to: nowhere) }?.code
        == .notFound)
  }

  @Test func aSymbolicLinkStaysOne() throws {
    _ = scratch.write("real.pb", [1])
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link.pb"), withDestinationPath: "real.pb")
    try ModelFiles.write(everyMessage(), to: scratch.file("link.pb"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.file("link.pb")) == "real.pb")
    _ = try ModelFiles.read(path: scratch.file("real.pb"))
  }

  @Test func pathsComeApart() {
    #expect(
      FilePaths.folder(of: "a/b.c") == "a" && FilePaths.folder(of: "b") == "."
        && FilePaths.folder(of: "/b") == "/")
    #expect(FilePaths.fileExtension(of: "a.b/c") == "" && FilePaths.fileExtension(of: "a.tar.GZ") == "gz")
    #expect(FilePaths.fileExtension(of: ".hidden") == "")
  }

  @Test func bytesOfAFileAreReadIntoMemoryOrRefusedOutsideOfIt() throws {
    let content: [UInt8] = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = try MappedFile(path: scratch.write("bytes.bin", content))
    let base = UnsafeRawPointer(file.storage().base)
    var target = [UInt8](repeating: 0, count: 5000)
    let isRead: Bool = target.withUnsafeMutableBytes {
      file.read(UnsafeRawBufferPointer(start: base + 4321, count: 5000), into: $0.baseAddress!)
    }
    #expect(isRead)
    #expect(target == Array(content[4321..<9321]))
    let isReadBeyond: Bool = target.withUnsafeMutableBytes {
      file.read(UnsafeRawBufferPointer(start: base + 5001, count: 5000), into: $0.baseAddress!)
    }
    #expect(!isReadBeyond)
  }

  @Test func moreFilesMayBeMappedThanStayOpen() throws {
    let path: String = scratch.write("bytes.bin", [1, 2, 3])
    let files: [MappedFile] = try (0..<100).map { _ in try MappedFile(path: path) }
    var target: [UInt8] = [0, 0, 0]
    let read: [Bool] = files.map { file in
      target.withUnsafeMutableBytes {
        file.read(UnsafeRawBufferPointer(start: file.storage().base, count: 3), into: $0.baseAddress!)
      }
    }
    #expect(read.contains(true) && read.contains(false))
    #expect(target == [1, 2, 3])
  }
}
