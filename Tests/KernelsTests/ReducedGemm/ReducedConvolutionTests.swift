import KernelInterface
import KernelSelection
import Testing

/// Convolutions in fewer bits, of every table and with every instruction, against the definition of rounded
/// operands in double precision.
@Suite struct ReducedConvolutionTests {
  private func check(_ test: ConvolutionCase, _ kernels: ReducedGemmKernels) {
    var test = test
    test.layout = .channelsLast
    test.inputLayout = .channelsLast
    test.precision = kernels.precision
    test.check(kernels.convolutions)
  }

  @Test func allWindowsGroupsAndBatchesMatchTheDefinition() {
    for (index, var test) in ConvolutionTests.cases.enumerated() where !test.transposed {
      for kernels in ReducedGemmCase.allKernels {
        test.pixelGap = index % 2 * 3
        test.hasBias = index % 3 == 0
        test.hasResidual = index % 3 != 1
        test.prologue = ConvolutionCase.Prologue.allCases[index / 2 % 3]
        check(test, kernels)
      }
    }
  }

  @Test func everyActivationIsApplied() {
    for kernels in ReducedGemmCase.allKernels {
      for activation in Activation.allCases {
        for outputs in [5, 32, 37] {
          var test = ConvolutionCase(6, outputs, Extent3(1, 5, 5), Extent3(1))
          test.activation = activation
          test.hasBias = true
          check(test, kernels)
          test.hasResidual = true
          test.pixelGap = 2
          check(test, kernels)
        }
      }
    }
  }

  @Test func severalTasksAndBlocksOfDepthMatchTheDefinition() {
    for kernels in ReducedGemmCase.allKernels {
      var test = ConvolutionCase(67, 131, Extent3(1, 13, 17), Extent3(1, 3, 3))
      test.padding = Extent3(0, 1, 1)
      test.paddingEnd = Extent3(0, 1, 1)
      test.stride = Extent3(1, 2, 1)
      test.hasBias = true
      test.hasResidual = true
      test.activation = .relu
      check(test, kernels)
      var deep = ConvolutionCase(600, 40, Extent3(1, 5, 7), Extent3(1, 3, 3))
      deep.hasResidual = true
      deep.activation = .clip
      check(deep, kernels)
      deep.stride = Extent3(1, 2, 2)
      deep.activation = .hardSwish
      check(deep, kernels)
      var strided = ConvolutionCase(20, 48, Extent3(1, 9, 9), Extent3(1))
      strided.stride = Extent3(1, 2, 3)
      strided.batch = 3
      check(strided, kernels)
    }
  }

  /// The output of a 3 x 3 convolution of ones, padded, whose element `place` of X or weight is `value`.
  private func output(_ kernels: ReducedGemmKernels, x value: Float = 1, weight: Float = 1) -> [Float] {
    let (channels, outputs, size): (Int, Int, Int) = (18, 20, 5)
    var arguments = ConvolutionArguments<Float>(
      inputChannels: channels, outputChannels: outputs, input: Extent3(1, size, size),
      kernel: Extent3(1, 3, 3), output: Extent3(1, size, size))
    arguments.padding = Extent3(0, 1, 1)
    arguments.layout = .channelsLast
    arguments.inputLayout = .channelsLast
    // The pixel in the corner, and the first output.
    let x = GuardedBuffer<Float>(channels * size * size) { $0 == 3 ? value : 1 }
    let weights = GuardedBuffer<Float>(channels * outputs * 9) { $0 == 4 ? weight : 1 }
    let y = GuardedBuffer<Float>(outputs * size * size) { _ in 7 }
    arguments.x = x.pointer
    arguments.y = y.base
    let packed = GuardedBuffer<Float>(kernels.convolutions.packedWeightsCount(&arguments)) { _ in .nan }
    kernels.convolutions.packWeights(&arguments, weights.pointer, packed.base)
    arguments.packedWeights = packed.pointer
    let scratch = Scratch(bytes: kernels.convolutions.scratchBytes(&arguments))
    for task in 0..<kernels.convolutions.taskCount(&arguments) {
      kernels.convolutions.run(&arguments, task, scratch.pointer)
    }
    return y.values
  }

  @Test func zerosOfThePaddingAreExact() {
    for kernels in ReducedGemmCase.allKernels {
      let y: [Float] = output(kernels)
      for pixel in 0..<25 {
        let down: Int = pixel / 5 % 4 == 0 ? 2 : 3
        let across: Int = pixel % 5 % 4 == 0 ? 2 : 3
        for o in 0..<20 { #expect(abs(y[pixel * 20 + o] / Float(18 * down * across) - 1) < 1e-6) }
      }
    }
  }

  @Test func whatIsNotFiniteSpoilsItsPixelsOrItsOutputAlone() {
    for kernels in ReducedGemmCase.allKernels {
      for value in [Float.nan, .infinity, -.infinity] {
        let pixels: [Float] = output(kernels, x: value)
        // The pixel in the corner is read by its neighbours.
        for (i, element) in pixels.enumerated() {
          let reads: Bool = [0, 1, 5, 6].contains(i / 20)
          #expect(element.isFinite != reads)
        }
        let columns: [Float] = output(kernels, weight: value)
        for (i, element) in columns.enumerated() { #expect(element.isFinite != (i % 20 == 0)) }
      }
    }
  }

  @Test func nothingIsDoneForNoPixels() {
    for kernels in ReducedGemmCase.allKernels {
      var arguments = ConvolutionArguments<Float>(
        inputChannels: 32, outputChannels: 32, input: Extent3(1, 4, 4), kernel: Extent3(1),
        output: Extent3(1, 4, 4))
      arguments.layout = .channelsLast
      arguments.inputLayout = .channelsLast
      arguments.batch = 0
      #expect(kernels.convolutions.taskCount(&arguments) == 0)
      #expect(!kernels.takesConvolution(&arguments))
    }
  }

  private func takes(
    _ kernels: ReducedGemmKernels, _ change: (inout ConvolutionArguments<Float>) -> Void = { _ in }
  ) -> Bool {
    var arguments = ConvolutionArguments<Float>(
      inputChannels: 256, outputChannels: 256, input: Extent3(1, 28, 28), kernel: Extent3(1),
      output: Extent3(1, 28, 28))
    arguments.layout = .channelsLast
    arguments.inputLayout = .channelsLast
    change(&arguments)
    return kernels.takesConvolution(&arguments)
  }

  @Test func convolutionsThatAreFasterInF32StayThere() {
    for kernels in ReducedGemmCase.allKernels where kernels.instruction != nil {
      #expect(takes(kernels))
      #expect(takes(kernels) { $0.groups = 4 })
      // A strided window.
      #expect(
        takes(kernels) {
          $0.kernel = Extent3(1, 3, 3)
          $0.stride = Extent3(1, 2, 2)
          $0.padding = Extent3(0, 1, 1)
          $0.output = Extent3(1, 14, 14)
        })
      // Winograd's filtering multiplies less.
      #expect(
        !takes(kernels) {
          $0.kernel = Extent3(1, 3, 3)
          $0.padding = Extent3(0, 1, 1)
          $0.inputChannels = 64
          $0.outputChannels = 64
        })
      // Few channels, few outputs, and layouts of others.
      #expect(!takes(kernels) { $0.inputChannels = 3 })
      #expect(!takes(kernels) { $0.outputChannels = 8 })
      #expect(!takes(kernels) { $0.groups = 32 })
      #expect(!takes(kernels) { $0.groups = 256 })
      #expect(!takes(kernels) { $0.inputLayout = .channelsFirst })
      #expect(
        !takes(kernels) {
          $0.layout = .channelsFirst
          $0.inputLayout = .channelsFirst
        })
      #expect(!takes(kernels) { $0.transposed = true })
    }
  }

  @Test func sumsOfBytesAreNotDeeperThanTheyMayBe() {
    for kernels in ReducedGemmCase.allKernels where kernels.instruction != nil {
      let isDeep: Bool = takes(kernels) {
        $0.inputChannels = 4000
        $0.kernel = Extent3(1, 3, 3)
        $0.stride = Extent3(1, 2, 2)
        $0.output = Extent3(1, 13, 13)
      }
      #expect(isDeep == (kernels.precision == .bfloat16))
    }
  }

  @Test func bfloat16WithoutItsInstructionLeavesConvolutionsToF32() {
    for kernels in ReducedGemmCase.allKernels where kernels.instruction == nil {
      if kernels.precision == .bfloat16 { #expect(!takes(kernels)) }
    }
  }
}
