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
}
