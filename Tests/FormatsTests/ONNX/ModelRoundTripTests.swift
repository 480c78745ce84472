import Formats
import Models
import Tensors
import Testing

@Suite struct ModelRoundTripTests {
  @Test(arguments: [false, true]) func everyMessageComesBack(isAligned: Bool) throws {
    let model: Model = everyMessage()
    let first: [UInt8] = try ONNXFormat.bytes(of: model, isAligned: isAligned)
    let read: Model = try readModel(first)
    #expect(try ONNXFormat.bytes(of: read, isAligned: isAligned) == first)
    #expect("\(read.graph.inputs)" == "\(model.graph.inputs)")
    #expect(read.functions[0].nodes[0].attributes.count == model.functions[0].nodes[0].attributes.count)
    let original: ModelNode = model.graph.nodes[0]
    let back: ModelNode = read.graph.nodes[0]
    #expect(back.inputs == original.inputs && back.overload == original.overload)
    #expect("\(back.deviceConfigurations)" == "\(original.deviceConfigurations)")
    guard case .ints(let ints) = back.attributes[8].value else {
      Issue.record("expected ints")
      return
    }
    #expect(ints == [.min, -1, 0, .max])
    #expect(read.producerVersion == "" && read.producerName == "tests")
    #expect(bytes(of: read.graph.initializers[0].data) == bytes(of: model.graph.initializers[0].data))
  }

  @Test func anAlignedFileHasEveryPayloadAtAMultipleOf64Bytes() throws {
    let file: Storage = storage(try ONNXFormat.bytes(of: everyMessage(), isAligned: true))
    let model: Model = try ModelFiles.read(bytes: file)
    var offsets: [Int] = []
    for tensor in model.graph.initializers {
      if case .bytes(let bytes) = tensor.data, bytes.count > 0 { offsets.append(bytes.offset) }
    }
    for attribute in model.graph.nodes[0].attributes {
      if case .tensors(let tensors) = attribute.value {
        for tensor in tensors { if case .bytes(let bytes) = tensor.data { offsets.append(bytes.offset) } }
      }
    }
    #expect(offsets.count == 3)
    #expect(offsets.allSatisfy { $0 % 64 == 0 })
  }

  @Test func theBytesAreTheOnesOfTheSpecification() throws {
    var graph = ModelGraph()
    graph.name = "g"
    var node = ModelNode(opType: "Relu")
    node.inputs = ["x"]
    node.outputs = ["y"]
    graph.nodes = [node]
    let data: [UInt8] = [0, 0, 0x80, 0x3F]
    graph.initializers = [
      ModelTensor(
        name: "w", elementType: 1, dims: [1],
        data: .bytes(PayloadBytes(storage: storage(data), offset: 0, count: 4)))
    ]
    var model = Model(graph: graph)
    model.irVersion = 14
    model.opsetImports = [OperatorSetID(domain: "", version: 28)]
    let expected = Wire().number(1, 14).message(8, Wire().text(1, "").number(2, 28)).message(
      7,
      Wire().message(1, Wire().text(1, "x").text(2, "y").text(4, "Relu")).text(2, "g").message(
        5, Wire().content(1, [1]).number(2, 1).text(8, "w").content(9, data)))
    #expect(try ONNXFormat.bytes(of: model, isAligned: false) == expected.bytes)
  }

  @Test func weightsAreSlicesOfTheFile() throws {
    let scratch = Scratch()
    try ModelFiles.write(everyMessage(), to: scratch.file("m.pb"))
    let model: Model = try ModelFiles.read(path: scratch.file("m.pb"))
    guard case .bytes(let bytes) = model.graph.initializers[0].data else {
      Issue.record("expected bytes")
      return
    }
    #expect(bytes.storage.owner is MappedFile)
    #expect(UInt(bitPattern: bytes.buffer.baseAddress) % 64 == 0)
  }

  @Test func sixBitElementsAreAByteEachInMemoryAndPackedInTheFile() throws {
    let elements: [UInt8] = [1, 63, 0, 42, 7]
    var graph = ModelGraph()
    graph.initializers = [
      ModelTensor(
        name: "w", elementType: ElementType.float6E2M3.rawValue, dims: [5],
        data: .bytes(PayloadBytes(storage: storage(elements), offset: 0, count: 5)))
    ]
    let file: [UInt8] = try ONNXFormat.bytes(of: Model(graph: graph), isAligned: false)
    #expect(file.suffix(6) == [0x4A, 4, 0xC1, 0x0F, 0xA8, 0x07][...])
    #expect(bytes(of: try readModel(file).graph.initializers[0].data) == elements)
  }
}
