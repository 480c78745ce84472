import Execution
import Graphs
import KernelSelection
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct DeferredConstantsTests {
  /// A weight with a scale for each row folded in, and the same elements in memory.
  private func weight(_ shape: Shape, seed: UInt64 = 4) throws -> (deferred: Tensor, plain: Tensor) {
    var generator = SeededGenerator(seed: seed)
    let stored = Tensor.random(shape, using: &generator)
    let scales: [Double] = (0..<shape[0]).map { 1 + Double($0) / 64 }
    var extents = [Int](repeating: 1, count: shape.rank)
    extents[0] = shape[0]
    func folded() throws -> Tensor {
      let factors = FoldableConstant.Factors(view: shape, shape: Shape(extents), values: scales)
      return try #require(FoldableConstant(stored).scaled(by: factors)?.centered(along: shape.rank - 1))
        .rounded
    }
    let plain = Tensor(try folded().elements(Float.self), shape)
    return (try folded(), plain)
  }

  /// The output of a session for a graph that `make` makes with the constant; also a second time, with inputs
  /// of another shape between.
  private func outputs(
    _ constant: Tensor, threads: Int = 1, _ make: (inout TestGraph, ValueID) throws -> ValueID
  ) throws -> [Tensor] {
    var graph = TestGraph(.float32)
    let output: ValueID = try make(&graph, graph.constant(constant))
    let session = Session(
      try graph.graph(output), kernels: KernelSelection.best, runner: ThreadPool(threadCount: threads))
    let inputs: [Value?] = graph.randomInputs()
    return try (0..<2).flatMap { _ in try session.run(inputs.compactMap { $0 }).compactMap(\.tensor) }
  }

  @Test(
    "A weight is packed part by part as it is packed from memory, and takes up no memory of its own",
    arguments: [[300, 500], [1024, 33], [31, 5000], [3, 200, 170]], [1, 2])
  func products(shape: [Int], threads: Int) throws {
    let (deferred, plain) = try weight(Shape(shape))
    #expect(deferred.isDeferred && !plain.isDeferred)
    let rows: [Int] = Array(shape.dropLast(2)) + [7, shape[shape.count - 2]]
    func product(_ tensor: Tensor) throws -> [Tensor] {
      try outputs(tensor, threads: threads) { graph, constant in
        let x: ValueID = graph.input(Shape(rows))
        return try graph.add(MatMulOp.self, [], x, constant)
      }
    }
    let (found, expected) = (try product(deferred), try product(plain))
    #expect(found.count == 2)
    for (a, b) in zip(found, expected) { #expect(a.elements(Float.self) == b.elements(Float.self)) }
    #expect(deferred.isDeferred)
  }

  @Test("A transposed weight and one on the left are packed part by part too")
  func otherSides() throws {
    let (deferred, plain) = try weight([700, 260])
    func transposed(_ tensor: Tensor) throws -> [Tensor] {
      try outputs(tensor) { graph, constant in
        let x: ValueID = graph.input([9, 260])
        return try graph.add(GemmOp.self, [Attribute("transB", 1)], x, constant)
      }
    }
    func left(_ tensor: Tensor) throws -> [Tensor] {
      try outputs(tensor) { graph, constant in
        let x: ValueID = graph.input([260, 11])
        return try graph.add(MatMulOp.self, [], constant, x)
      }
    }
    for run in [transposed, left] {
      let (found, expected) = (try run(deferred), try run(plain))
      for (a, b) in zip(found, expected) { #expect(a.elements(Float.self) == b.elements(Float.self)) }
    }
    #expect(deferred.isDeferred)
  }

  @Test("Kernels of a convolution are packed without memory of their own")
  func convolution() throws {
    let (deferred, plain) = try weight([64, 64, 3, 3])
    func convolved(_ tensor: Tensor) throws -> [Tensor] {
      try outputs(tensor) { graph, constant in
        let x: ValueID = graph.input([1, 64, 9, 9])
        return try graph.add(ConvOp.self, [], x, constant)
      }
    }
    let (found, expected) = (try convolved(deferred), try convolved(plain))
    for (a, b) in zip(found, expected) { #expect(a.elements(Float.self) == b.elements(Float.self)) }
    #expect(deferred.isDeferred)
  }

  @Test("Rows are gathered without computing the others, and an index out of range is still an error")
  func gather() throws {
    let (deferred, plain) = try weight([900, 64])
    func gathered(_ tensor: Tensor, _ indices: [Int64]) throws -> [Float] {
      var graph = TestGraph(.float32)
      let table: ValueID = graph.constant(tensor)
      let positions: ValueID = graph.builder.addInput(
        name: "indices", type: .tensor(.int64, [Dimension(indices.count)]))
      let output: ValueID = try graph.add(GatherOp.self, [], table, positions)
      let session = Session(
        try graph.graph(output), kernels: KernelSelection.best, runner: ThreadPool(threadCount: 1))
      return try session.run([.tensor(Tensor(indices))])[0].tensor?.elements(Float.self) ?? []
    }
    for indices in [[0, 899, -1, 450, 450, -900], [17], []] as [[Int64]] {
      #expect(try gathered(deferred, indices) == (try gathered(plain, indices)))
    }
    #expect(throws: ExecutionError.self) { try gathered(deferred, [900]) }
    #expect(deferred.isDeferred)
  }

  @Test("A constant that steps read in place is computed")
  func inPlace() throws {
    let (deferred, plain) = try weight([300, 200])
    func sum(_ tensor: Tensor) throws -> [Tensor] {
      try outputs(tensor) { graph, constant in
        let x: ValueID = graph.input([300, 200])
        return try graph.add(AddOp.self, [], x, constant)
      }
    }
    let (found, expected) = (try sum(deferred), try sum(plain))
    for (a, b) in zip(found, expected) { #expect(a.elements(Float.self) == b.elements(Float.self)) }
    #expect(!deferred.isDeferred)
  }
}
