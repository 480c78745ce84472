import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct SamplingTests {
  @Test("The identity map samples the image itself, in two and three axes")
  func identity() throws {
    var generator = SeededGenerator(seed: 5)
    let image = Tensor.random([2, 3, 4, 5], using: &generator)
    let theta = Tensor([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0] as [Float], [2, 2, 3])
    for align in [0, 1] {
      let grid = try evaluateTensor(
        AffineGridOp.self, [Attribute("align_corners", align)], theta, Tensor([2, 3, 4, 5] as [Int64]))
      for mode in ["nearest", "linear", "cubic"] {
        let result = try evaluateTensor(
          GridSampleOp.self, [Attribute("mode", mode), Attribute("align_corners", align)], image, grid)
        expectClose(result, image.doubles, shape: [2, 3, 4, 5], steps: 16, scale: 4)
      }
    }
    let volume = Tensor.random([1, 1, 2, 3, 4], using: &generator)
    let grid = try evaluateTensor(
      AffineGridOp.self, [], Tensor([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] as [Float], [1, 3, 4]),
      Tensor([1, 1, 2, 3, 4] as [Int64]))
    expectClose(try evaluateTensor(GridSampleOp.self, [], volume, grid), volume.doubles, steps: 16, scale: 4)
  }

  @Test("A size of no image is refused")
  func gridOfNothing() {
    for size in [[], [1], [1, 1, 1]] as [[Int64]] {
      #expect(throws: (any Error).self) {
        try evaluateTensor(
          AffineGridOp.self, [], Tensor([1, 0, 0, 0, 1, 0] as [Float], [1, 2, 3]), Tensor(size))
      }
    }
  }

  @Test("Beyond the edge lie zeros, the edge or the reflected image; what is no number is zero")
  func padding() throws {
    let image = Tensor([1, 2, 3] as [Float], [1, 1, 1, 3])
    let grid = Tensor([3, 0, -3, 0, .nan, 0] as [Float], [1, 1, 3, 2])
    func sample(_ padding: String) throws -> [Float] {
      try evaluateTensor(
        GridSampleOp.self, [Attribute("mode", "nearest"), Attribute("padding_mode", padding)], image, grid
      ).elements()
    }
    #expect(try sample("zeros") == [0, 0, 0])
    #expect(try sample("border").prefix(2) == [3, 1])
    #expect(try sample("reflection").prefix(2) == [1, 3])
  }
}
