import KernelInterface
import KernelSelection
import Testing

/// Pooling of every table against the definition in double precision.
@Suite struct PoolingTests {
  @Test func everyKindMatchesTheDefinition() {
    for table in KernelSelection.supported {
      for test in cases { check(test, table) }
    }
  }

  @Test func everyKindMatchesTheDefinitionChannelsLast() {
    for table in KernelSelection.supported {
      for (index, var test) in cases.enumerated() {
        test.layout = .channelsLast
        test.channels = [1, 3, 16, 21, 72][index % 5]
        test.planes = test.channels * (index % 3 == 0 ? 2 : 1)
        test.pixelGap = index % 2 * 5
        check(test, table)
      }
    }
  }

  @Test func indicesPointAtTheFirstLargestElement() {
    for table in KernelSelection.supported {
      for var test in cases where test.kind == .max {
        test.hasIndices = true
        check(test, table)
        test.isColumnMajor = true
        check(test, table)
        test.check(
          table.pooling.i8, lowest: -128, epsilon: 0, element: { Int8($0 * 100) }, double: { Double($0) })
        test.check(
          table.pooling.u8, lowest: 0, epsilon: 0, element: { UInt8(100 + $0 * 100) },
          double: { Double($0) })
      }
    }
  }

  @Test func aNaNWinsTheMaximum() {
    for table in KernelSelection.supported {
      for size in [3, 40] {
        let x = GuardedBuffer<Float>(size) { $0 == 1 ? .nan : Float($0) }
        let y = GuardedBuffer<Float>(size - 2) { _ in 0 }
        var arguments = PoolingArguments<Float>(
          kind: .max, planes: 1, input: Extent3(1, 1, size), kernel: Extent3(1, 1, 3),
          output: Extent3(1, 1, size - 2))
        arguments.x = x.pointer
        arguments.y = y.base
        for task in 0..<table.pooling.f32.taskCount(&arguments) { table.pooling.f32.run(&arguments, task) }
        #expect(y.base[0].isNaN)
        #expect(size == 3 || y.base[1].isNaN && y.base[2] == 4)
      }
    }
  }

  private func check(_ test: PoolingCase, _ table: KernelTable) {
    test.check(
      table.pooling.f32, lowest: -.infinity, epsilon: Double(Float.ulpOfOne), element: { Float($0) },
      double: { Double($0) })
    test.check(
      table.pooling.f64, lowest: -.infinity, epsilon: Double.ulpOfOne * 4, element: { $0 }, double: { $0 })
  }

  private var cases: [PoolingCase] {
    var cases: [PoolingCase] = []
    for kind in [PoolingKind.max, .average, .lp] {
      for width in [1, 2, 15, 16, 17, 33, 70] {
        for (kernel, stride, dilation) in [(1, 1, 1), (2, 2, 1), (3, 1, 1), (3, 2, 1), (3, 1, 2), (3, 3, 1)] {
          var test = PoolingCase(kind, Extent3(1, 5, width + 4), Extent3(1, 2, kernel))
          test.stride = Extent3(1, 1, stride)
          test.dilation = Extent3(1, 1, dilation)
          cases.append(test)
          test.padding = Extent3(0, 1, kernel / 2)
          test.paddingEnd = Extent3(0, 1, kernel / 2)
          test.countsPadding = width % 2 == 0
          test.power = 1 + width % 3
          cases.append(test)
          test.extra = stride - 1
          test.countsPadding.toggle()
          cases.append(test)
        }
      }
      var volume = PoolingCase(kind, Extent3(4, 5, 21), Extent3(2, 3, 2))
      volume.stride = Extent3(2, 1, 1)
      volume.padding = Extent3(1, 1, 1)
      cases.append(volume)
      for side in [1, 7, 61] {
        var global = PoolingCase(kind, Extent3(1, side, side), Extent3(1, side, side))
        cases.append(global)
        global.power = 3
        cases.append(global)
      }
    }
    return cases
  }
}
