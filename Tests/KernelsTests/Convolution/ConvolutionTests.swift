import KernelInterface
import KernelSelection
import Testing

/// Convolutions of every table against the definition in double precision.
@Suite struct ConvolutionTests {
  @Test func convolutionsOfOneTwoAndThreeDimensionsMatchTheDefinition() {
    for var test in Self.cases {
      for (index, table) in KernelSelection.supported.enumerated() {
        test.hasBias = index % 2 == 0
        test.check(table.convolutionF32)
        test.hasResidual = true
        test.check(table.convolutionF64)
      }
    }
  }

  @Test func transposedConvolutionsMatchTheDefinition() {
    for var test in Self.cases where test.padding.depth >= 0 && test.padding.height >= 0 {
      test.transposed = true
      for (index, table) in KernelSelection.supported.enumerated() {
        test.hasBias = index % 2 == 0
        test.check(table.convolutionF32)
        test.hasResidual = true
        test.check(table.convolutionF64)
      }
    }
  }

  @Test func depthwiseConvolutionsMatchTheDefinition() {
    for table in KernelSelection.supported {
      for size in [1, 7, 14, 33] {
        for (kernel, stride, dilation) in [(3, 1, 1), (3, 2, 1), (5, 2, 1), (3, 1, 2), (2, 3, 2), (7, 1, 1)] {
          var test = ConvolutionCase(6, 6, Extent3(1, size, size + 1), Extent3(1, kernel, kernel))
          test.groups = 6
          test.batch = 2
          test.stride = Extent3(1, stride, stride)
          test.dilation = Extent3(1, dilation, dilation)
          let pad = dilation * (kernel - 1)
          test.padding = Extent3(0, pad / 2, pad / 2)
          test.paddingEnd = Extent3(0, pad - pad / 2 + 1, pad - pad / 2)
          test.check(table.convolutionF32)
          test.outputs = 12
          test.hasBias = true
          test.activation = .clip
          test.check(table.convolutionF32)
          test.hasResidual = true
          test.activation = .swish
          test.check(table.convolutionF64)
        }
      }
    }
  }

  @Test func aDepthwiseImageLargerThanOneBandMatchesTheDefinition() {
    var test = ConvolutionCase(2, 2, Extent3(1, 190, 301), Extent3(1, 3, 3))
    test.groups = 2
    test.padding = Extent3(0, 1, 1)
    test.paddingEnd = Extent3(0, 1, 1)
    for table in KernelSelection.supported { test.check(table.convolutionF32) }
  }

  @Test func everyActivationIsApplied() {
    for table in KernelSelection.supported {
      for activation in Activation.allCases {
        var test = ConvolutionCase(4, 6, Extent3(1, 6, 5), Extent3(1, 3, 3))
        test.activation = activation
        test.hasBias = true
        test.check(table.convolutionF32)
        test.groups = 2
        test.transposed = true
        test.stride = Extent3(1, 2, 2)
        test.check(table.convolutionF32)
        test.transposed = false
        test.channels = 6
        test.groups = 6
        test.check(table.convolutionF32)
      }
    }
  }

  @Test func severalTasksAndBlocksOfDepthMatchTheDefinition() {
    for table in KernelSelection.supported {
      var test = ConvolutionCase(67, 131, Extent3(1, 13, 17), Extent3(1, 3, 3))
      test.padding = Extent3(0, 1, 1)
      test.paddingEnd = Extent3(0, 1, 1)
      test.hasBias = true
      test.activation = .relu
      test.hasResidual = true
      test.check(table.convolutionF32)
      test.transposed = true
      test.stride = Extent3(1, 2, 2)
      test.check(table.convolutionF32)
    }
  }

  static var cases: [ConvolutionCase] {
    var cases: [ConvolutionCase] = []
    for groups in [1, 2, 4] {
      for (channels, outputs) in [(4, 8), (8, 4), (4, 4), (20, 36)] {
        var pointwise = ConvolutionCase(channels, outputs, Extent3(1, 5, 7), Extent3(1, 1, 1))
        pointwise.groups = groups
        pointwise.batch = 2
        cases.append(pointwise)
        var line = ConvolutionCase(channels, outputs, Extent3(1, 1, 41), Extent3(1, 1, 4))
        line.groups = groups
        line.stride = Extent3(1, 1, 3)
        line.dilation = Extent3(1, 1, 2)
        line.padding = Extent3(0, 0, 2)
        line.paddingEnd = Extent3(0, 0, 1)
        cases.append(line)
        var image = ConvolutionCase(channels, outputs, Extent3(1, 9, 37), Extent3(1, 3, 2))
        image.groups = groups
        image.stride = Extent3(1, 2, 1)
        image.padding = Extent3(0, 2, 1)
        image.paddingEnd = Extent3(0, 1, 0)
        cases.append(image)
        image.stride = Extent3(1, 1, 2)
        image.dilation = Extent3(1, 2, 3)
        image.batch = 3
        cases.append(image)
        var volume = ConvolutionCase(channels, outputs, Extent3(5, 4, 6), Extent3(3, 2, 3))
        volume.groups = groups
        volume.stride = Extent3(2, 1, 2)
        volume.padding = Extent3(1, 0, 1)
        volume.paddingEnd = Extent3(1, 1, 1)
        cases.append(volume)
      }
    }
    var crop = ConvolutionCase(3, 5, Extent3(1, 9, 9), Extent3(1, 3, 3))
    crop.padding = Extent3(0, -1, -2)
    cases.append(crop)
    return cases
  }
}
