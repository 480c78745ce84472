import Graphs
import Importing
import Models
import TestSupport
import Tensors
import Testing

@Suite struct TensorImportTests {
  private func withInitializer(_ tensor: ModelTensor) -> Model {
    model(graph([node("Identity", ["w"], ["y"])], outputs: [floats("y")], initializers: [tensor]))
  }

  @Test("Weights stay where they are in the file")
  func noCopy() throws {
    let weight = tensor("w", [1, 2, 3, 4], dims: [2, 2])
    guard case .bytes(let bytes) = weight.data else { return }
    let imported = try importer.importGraph(withInitializer(weight))
    let constant = imported.values.compactMap(\.constant).first
    #expect(constant?.storage === bytes.storage)
    #expect(constant?.shape == [2, 2])
  }

  @Test(
    "Bytes that don't fit the shape are refused",
    arguments: [[3], [-1, -4], [2, 3], [1 << 62, 1 << 62], [0]] as [[Int64]])
  func wrongSize(dims: [Int64]) {
    #expect(problems(withInitializer(tensor("w", [1, 2, 3, 4], dims: dims))) == [.invalidTensor])
  }

  @Test("An unknown element type is refused")
  func unknownType() {
    var weight = tensor("w", [1])
    weight.elementType = 77
    #expect(problems(withInitializer(weight)).first == .unsupportedType)
  }

  @Test("A bool that is neither 0 nor 1 is refused")
  func wrongBool() {
    var weight = tensor("w", [1])
    weight.elementType = 9
    weight.dims = [4]
    #expect(problems(withInitializer(weight)).first == .invalidTensor)
  }

  @Test("Strings that are not UTF-8 are refused")
  func strings() {
    let weight = ModelTensor(name: "w", elementType: 8, dims: [1], data: .strings([[0xFF, 0xFE]]))
    #expect(problems(withInitializer(weight)).first == .invalidTensor)
  }

  private func sparse(_ indices: [Int64], indexDims: [Int64], dims: [Int64]) -> Model {
    let positions = Tensor(indices)
    let indexTensor = ModelTensor(
      name: nil, elementType: 7, dims: indexDims,
      data: .bytes(PayloadBytes(storage: positions.storage, offset: 0, count: positions.byteCount)))
    var graph = graph([node("Identity", ["w"], ["y"])], outputs: [floats("y")])
    graph.sparseInitializers = [
      ModelSparseTensor(values: tensor("w", [5, 6]), indices: indexTensor, dims: dims)
    ]
    return model(graph)
  }

  @Test("A sparse initializer becomes dense, by linear index or by coordinates")
  func sparse() throws {
    #expect(try run(sparse([1, 5], indexDims: [2], dims: [2, 3]), [])[0].doubles == [0, 5, 0, 0, 0, 6])
    let coordinates = sparse([0, 2, 1, 0], indexDims: [2, 2], dims: [2, 3])
    #expect(try run(coordinates, [])[0].doubles == [0, 0, 5, 6, 0, 0])
  }

  @Test("A sparse initializer that points outside, or would be huge, is refused")
  func wrongSparse() {
    #expect(problems(sparse([1, 6], indexDims: [2], dims: [2, 3])).first == .invalidTensor)
    #expect(problems(sparse([-1, 1], indexDims: [2], dims: [2, 3])).first == .invalidTensor)
    #expect(problems(sparse([1, 2], indexDims: [2], dims: [1 << 40])).first == .tooLarge)
  }
}
