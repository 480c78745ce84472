import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ResidualNormalizationTests {
  /// The sum and its normalization in double precision, gain and offset repeated for each row.
  private func expected(
    _ x: [Double], _ residual: [Double], columns: Int, _ gain: [Double], _ offset: [Double], epsilon: Double,
    subtractsMean: Bool
  ) -> (y: [Double], sum: [Double]) {
    let sum: [Double] = x.indices.map { x[$0] + residual[$0 % residual.count] }
    var y: [Double] = []
    for start in stride(from: 0, to: sum.count, by: columns) {
      let row: [Double] = Array(sum[start..<start + columns])
      let mean: Double = subtractsMean ? row.reduce(0, +) / Double(columns) : 0
      let spread: Double = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      for column in 0..<columns {
        y.append((row[column] - mean) / (spread + epsilon).squareRoot() * gain[column] + offset[column])
      }
    }
    return (y, sum)
  }

  @Test("Both give the normalized sum, and the sum where it is asked for, of any float type")
  func bothOutputs() throws {
    var generator = SeededGenerator(seed: 7)
    for type in [ElementType.float32, .float64] {
      for (shape, other) in [([2, 3, 37], [2, 3, 37]), ([2, 3, 37], [3, 37]), ([4, 16], [16])]
        as [(Shape, Shape)]
      {
        for subtractsMean in [false, true] {
          let columns: Int = shape[shape.rank - 1]
          func random(_ shape: Shape) -> Tensor {
            Tensor(
              rounding: (0..<shape.count).map { _ in Double.random(in: -2...2, using: &generator) }, to: type,
              shape)
          }
          let (x, residual) = (random(shape), random(other))
          let (gain, offset) = (random([columns]), random([columns]))
          for wantsSum in [false, true] {
            let inputs: [Value?] = [.tensor(x), .tensor(residual), .tensor(gain), .tensor(offset)]
            let results =
              subtractsMean
              ? try evaluate(
                ResidualLayerNormalizationOp.self, [], inputs: inputs, outputCount: wantsSum ? 2 : 1)
              : try evaluate(
                ResidualRMSNormalizationOp.self, [], inputs: inputs, outputCount: wantsSum ? 2 : 1)
            let (y, sum) = expected(
              x.doubles, residual.doubles, columns: columns, gain.doubles, offset.doubles,
              epsilon: Double(1e-5 as Float), subtractsMean: subtractsMean)
            expectClose(try #require(results[0]?.tensor), y, shape: shape, steps: 32, scale: 4)
            if wantsSum {
              expectClose(try #require(results[1]?.tensor), sum, shape: shape, steps: 2, scale: 4)
            }
          }
        }
      }
    }
  }

  @Test("Operands that broadcast each other are added as Add does, and the offset may be missing")
  func mutualBroadcast() throws {
    let x = Tensor([1, 5] as [Float], [2, 1])
    let residual = Tensor([0, 1, 3] as [Float], [1, 3])
    let results = try evaluate(
      ResidualLayerNormalizationOp.self, [],
      inputs: [.tensor(x), .tensor(residual), .tensor(Tensor([1, 1, 1] as [Float]))], outputCount: 2)
    #expect(results[1]?.tensor?.elements(Float.self) == [1, 2, 4, 5, 6, 8])
    let (y, _) = expected(
      [1, 2, 4, 5, 6, 8], [0], columns: 3, [1, 1, 1], [0, 0, 0], epsilon: Double(1e-5 as Float),
      subtractsMean: true)
    expectClose(try #require(results[0]?.tensor), y, shape: [2, 3], steps: 32)
  }

  @Test("OffsetRMSNormalization is RMSNormalization and an offset")
  func offset() throws {
    let x = Tensor([3, 4, 0, 0, 1, -1, 1, -1] as [Float], [2, 4])
    let y = try evaluateTensor(
      OffsetRMSNormalizationOp.self, [Attribute("epsilon", Float(0))], x, Tensor([1, 2, 1, 1] as [Float]),
      Tensor([0, 0, 5, 1] as [Float]))
    expectClose(y, [1.2, 3.2, 5, 1, 1, -2, 6, 0], shape: [2, 4], steps: 8, scale: 4)
  }

  @Test("Operands that don't broadcast, or a gain of another length, are refused")
  func refusals() {
    let row = Tensor([1, 2, 3] as [Float])
    #expect(throws: (any Error).self) {
      try evaluate(
        ResidualRMSNormalizationOp.self, [],
        inputs: [.tensor(row), .tensor(Tensor([1, 2] as [Float])), .tensor(row)], outputCount: 1)
    }
    #expect(throws: (any Error).self) {
      try evaluate(
        ResidualRMSNormalizationOp.self, [],
        inputs: [.tensor(row), .tensor(row), .tensor(Tensor([1, 2] as [Float]))], outputCount: 1)
    }
  }
}
