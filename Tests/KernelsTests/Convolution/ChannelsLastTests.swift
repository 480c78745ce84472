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

  @Test func imagesOfOnePixelAreTheSameInBothLayouts() {
    for table in KernelSelection.supported {
      for kernel in [1, 3] {
        for layout in [ImageLayout.channelsFirst, .channelsLast] {
          var test = ConvolutionCase(4, 21, Extent3(1), Extent3(1, kernel, kernel))
          test.batch = 5
          test.layout = .channelsLast
          test.inputLayout = layout
          test.padding = Extent3(0, kernel / 2, kernel / 2)
          test.paddingEnd = test.padding
          test.hasBias = true
          test.check(table.convolutionF32)
          test.check(table.convolutionF64)
        }
      }
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

  @Test func depthwiseConvolutionsMatchTheDefinition() {
    for table in KernelSelection.supported {
      for (channels, size) in [(1, 7), (6, 9), (16, 14), (37, 5), (64, 21), (150, 6), (32, 10), (80, 12)] {
        for (kernel, stride, dilation) in [
          (3, 1, 1), (3, 2, 1), (5, 1, 1), (5, 2, 1), (3, 1, 2), (2, 3, 2), (7, 1, 1), (7, 2, 1),
        ] {
          var test = ConvolutionCase(
            channels, channels, Extent3(1, size, size + 1), Extent3(1, kernel, kernel))
          test.layout = .channelsLast
          test.inputLayout = .channelsLast
          test.groups = channels
          test.batch = 2
          test.stride = Extent3(1, stride, stride)
          test.dilation = Extent3(1, dilation, dilation)
          let pad = dilation * (kernel - 1)
          test.padding = Extent3(0, pad / 2, pad / 2)
          test.paddingEnd = Extent3(0, pad - pad / 2 + 1, pad - pad / 2)
          test.check(table.convolutionF32)
          test.hasBias = true
          test.activation = .clip
          test.pixelGap = 5
          test.check(table.convolutionF32)
          test.hasResidual = true
          test.activation = .swish
          test.check(table.convolutionF32)
          test.prologue = kernel == 3 ? .gate : .normalization
          test.check(table.convolutionF32)
          test.inputLayout = .channelsFirst
          test.check(table.convolutionF32)
        }
      }
    }
  }

  @Test func depthwiseConvolutionsReadZerosOutsideTheImage() {
    for table in KernelSelection.supported {
      for (kernel, stride) in [(3, 1), (3, 2), (5, 1), (5, 2), (7, 1)] {
        for (before, after) in [(0, kernel / 2), (kernel / 2, 0), (kernel, 1), (0, kernel + 1), (-1, 0)] {
          for (height, width) in [(9, 8), (8, 33), (10, 9)] {
            var test = ConvolutionCase(64, 64, Extent3(1, height, width), Extent3(1, kernel, kernel))
            test.layout = .channelsLast
            test.inputLayout = .channelsLast
            test.groups = 64
            test.stride = Extent3(1, stride, stride)
            test.padding = Extent3(0, before, before)
            test.paddingEnd = Extent3(0, after, after)
            test.hasBias = true
            test.check(table.convolutionF32)
            test.activation = .gelu
            test.check(table.convolutionF32)
          }
        }
      }
      var volume = ConvolutionCase(32, 32, Extent3(4, 6, 7), Extent3(3, 3, 3))
      volume.layout = .channelsLast
      volume.inputLayout = .channelsLast
      volume.groups = 32
      volume.padding = Extent3(1)
      volume.paddingEnd = Extent3(1)
      volume.check(table.convolutionF32)
    }
  }

  /// 3 x 3 kernels of stride 1, which may be computed by Winograd's filtering: their error is measured
  /// against the largest sum.
  @Test func squareKernelsOfStrideOneStayWithinTheirErrorBound() {
    for table in KernelSelection.supported {
      for (channels, outputs, height, width) in [
        (16, 16, 9, 10), (19, 40, 8, 12), (33, 17, 13, 7), (64, 32, 5, 4), (96, 64, 15, 14),
        (160, 33, 21, 23),
      ] {
        for pad in [0, 1] {
          var test = ConvolutionCase(channels, outputs, Extent3(1, height, width), Extent3(1, 3, 3))
          test.layout = .channelsLast
          test.inputLayout = .channelsLast
          test.padding = Extent3(0, pad, pad)
          test.paddingEnd = Extent3(0, pad, pad)
          test.relativeError = 1e-5
          test.batch = 2 - pad
          test.hasBias = true
          test.activation = .relu
          test.check(table.convolutionF32)
          test.pixelGap = 7
          test.hasResidual = true
          test.prologue = pad == 0 ? .gate : .normalization
          test.check(table.convolutionF32)
          test.activation = .hardSwish
          test.check(table.convolutionF32)
        }
      }
    }
  }
}
