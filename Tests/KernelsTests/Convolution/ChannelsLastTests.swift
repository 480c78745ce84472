import KernelInterface
import KernelSelection
import Testing

/// Channels-last convolutions of every table against the definition in double precision.
@Suite struct ChannelsLastTests {
  @Test func convolutionsOfOneTwoAndThreeDimensionsMatchTheDefinition() {
    for (index, var test) in ConvolutionTests.cases.enumerated() {
      for table in KernelSelection.supported {
        test.layout = .channelsLast
        test.inputLayout = index % 4 == 3 ? .channelsFirst : .channelsLast
        test.pixelGap = index % 2 * 3
        test.hasBias = index % 3 == 0
        test.hasResidual = index % 3 != 1
        test.prologue = ConvolutionCase.Prologue.allCases[index / 2 % 3]
        test.check(table.convolutionF32)
        test.check(table.convolutionF64)
      }
    }
  }

  @Test func everyActivationIsApplied() {
    for table in KernelSelection.supported {
      for activation in Activation.allCases {
        var test = ConvolutionCase(5, 37, Extent3(1, 6, 5), Extent3(1, 3, 3))
        test.layout = .channelsLast
        test.inputLayout = .channelsLast
        test.activation = activation
        test.hasBias = true
        test.check(table.convolutionF32)
        test.kernel = Extent3(1)
        test.hasResidual = true
        test.pixelGap = 2
        test.check(table.convolutionF32)
        test.channels = 37
        test.groups = 37
        test.kernel = Extent3(1, 3, 3)
        test.check(table.convolutionF32)
      }
    }
  }

  @Test func severalTasksAndBlocksOfDepthMatchTheDefinition() {
    for table in KernelSelection.supported {
      var test = ConvolutionCase(67, 131, Extent3(1, 13, 17), Extent3(1, 3, 3))
      test.layout = .channelsLast
      test.inputLayout = .channelsLast
      test.padding = Extent3(0, 1, 1)
      test.paddingEnd = Extent3(0, 1, 1)
      test.stride = Extent3(1, 2, 1)
      test.hasBias = true
      test.hasResidual = true
      test.activation = .relu
      test.check(table.convolutionF32)
      test.activation = .leakyRelu
      test.prologue = .gate
      test.check(table.convolutionF32)
      var pointwise = ConvolutionCase(1100, 48, Extent3(1, 7, 7), Extent3(1))
      pointwise.layout = .channelsLast
      pointwise.inputLayout = .channelsLast
      pointwise.pixelGap = 4
      pointwise.hasResidual = true
      pointwise.activation = .clip
      pointwise.check(table.convolutionF32)
      pointwise.batch = 2
      pointwise.stride = Extent3(1, 2, 3)
      pointwise.activation = .hardSwish
      pointwise.check(table.convolutionF32)
      pointwise.inputLayout = .channelsFirst
      pointwise.prologue = .normalization
      pointwise.check(table.convolutionF32)
    }
  }

  @Test func firstLayersReadChannelsFirst() {
    for table in KernelSelection.supported {
      for (channels, kernel, stride, size) in [(3, 7, 2, 31), (1, 5, 1, 14), (3, 3, 2, 23), (4, 4, 4, 32)] {
        var test = ConvolutionCase(channels, 40, Extent3(1, size, size + 2), Extent3(1, kernel, kernel))
        test.layout = .channelsLast
        test.stride = Extent3(1, stride, stride)
        test.padding = Extent3(0, kernel / 2, kernel / 2)
        test.paddingEnd = Extent3(0, kernel / 2, kernel / 2)
        test.batch = 2
        test.hasBias = true
        test.check(table.convolutionF32)
        test.pixelGap = 3
        test.activation = .swish
        test.prologue = .normalization
        test.check(table.convolutionF32)
      }
    }
  }
}
