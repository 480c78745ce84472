import Graphs
import Operators
import Tensors
import TestSupport
import Testing

@Suite struct ResizeTests {
  private func resize(_ attributes: [Attribute], _ data: Tensor, sizes: [Int64]) throws -> Tensor {
    try evaluateTensor(ResizeOp.self, attributes, data, nil, nil, Tensor(sizes))
  }

  private let square = Tensor([1, 2, 3, 4] as [Float], [1, 1, 2, 2])

  @Test("Nearest elements are repeated, of any type")
  func nearest() throws {
    let grown = try resize([], square, sizes: [1, 1, 3, 4])
    expectClose(grown, [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4], shape: [1, 1, 3, 4])
    let words = try resize([], Tensor(strings: ["a", "b"], [2]), sizes: [4])
    #expect(words.strings?.elements == ["a", "a", "b", "b"])
  }

  @Test("Linear interpolation of a line is the line, in every type")
  func linear() throws {
    let attributes = [
      Attribute("mode", "linear"), Attribute("coordinate_transformation_mode", "align_corners"),
    ]
    let expected: [Double] = [0, 2, 4, 6, 8]
    expectClose(try resize(attributes, Tensor([0, 4, 8] as [Float]), sizes: [5]), expected)
    expectClose(try resize(attributes, Tensor([0, 4, 8] as [Double]), sizes: [5]), expected)
    expectClose(
      try resize(attributes, Tensor([Half(Float(0)), Half(Float(4)), Half(Float(8))]), sizes: [5]), expected)
    #expect(
      try resize(attributes, Tensor([0, 4, 8] as [UInt8]), sizes: [5]).elements(UInt8.self) == [
        0, 2, 4, 6, 8,
      ])
  }

  @Test("Two axes are interpolated one after the other, also where tasks divide them")
  func large() throws {
    var values: [Float] = []
    for y in 0..<64 {
      for x in 0..<48 { values.append(Float(3 * y + 2 * x)) }
    }
    let attributes = [
      Attribute("mode", "cubic"), Attribute("coordinate_transformation_mode", "asymmetric"),
      Attribute("axes", [1, 2]), Attribute("cubic_coeff_a", Float(-0.5)),
    ]
    let result = try evaluateTensor(
      ResizeOp.self, attributes, Tensor(values, [1, 64, 48]), nil, Tensor([4, 4] as [Float]))
    #expect(result.shape == [1, 256, 192])
    let elements: [Float] = result.elements()
    // Away from the edges the cubic with a = -0.5 reproduces a plane.
    for (y, x) in [(8, 8), (100, 77), (200, 150)] {
      let expected: Float = Float(y) * 0.75 + Float(x) * 0.5
      let found: Float = elements[y * 192 + x]
      #expect(abs(found - expected) < 1e-3)
    }
  }

  @Test("An antialiased reduction takes the mean of what it covers")
  func antialias() throws {
    let attributes = [Attribute("mode", "linear"), Attribute("antialias", 1)]
    let constant = Tensor([Float](repeating: 3, count: 12))
    expectClose(try resize(attributes, constant, sizes: [5]), [3, 3, 3, 3, 3])
  }

  @Test("The aspect policy keeps one scale for all axes")
  func aspect() throws {
    let result = try resize(
      [Attribute("keep_aspect_ratio_policy", "not_larger")], square, sizes: [1, 1, 7, 8])
    #expect(result.shape == [1, 1, 2, 2])
    let axes = [Attribute("keep_aspect_ratio_policy", "not_smaller"), Attribute("axes", [2, 3])]
    #expect(try resize(axes, square, sizes: [7, 8]).shape == [1, 1, 8, 8])
  }

  @Test("The operators of old versions divide positions by the scale")
  func legacy() throws {
    let scales = Tensor([1, 1, 2, 1] as [Float])
    for result in [
      try evaluateTensor(UpsampleOp.self, version: 9, [], square, scales),
      try evaluateTensor(ResizeOp.self, version: 10, [], square, scales),
    ] { expectClose(result, [1, 2, 1, 2, 3, 4, 3, 4], shape: [1, 1, 4, 2]) }
  }

  @Test("Scales that are not positive and interpolated strings are refused")
  func refusals() {
    #expect(throws: ExecutionError.self) {
      try evaluateTensor(ResizeOp.self, [], square, nil, Tensor([1, 1, -2, 1] as [Float]))
    }
    #expect(throws: ExecutionError.self) {
      try resize([Attribute("mode", "linear")], Tensor(strings: ["a"], [1]), sizes: [2])
    }
  }
}
