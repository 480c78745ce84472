import NGraph
import Testing

@Suite struct RunStatisticsTests {
  @Test("Percentiles are the nearest rank of sorted times")
  func percentiles() {
    let hundred = RunStatistics((1...100).reversed().map { UInt64($0) })
    #expect(hundred.count == 100)
    #expect(hundred.minimum == 1)
    #expect(hundred.median == 50)
    #expect(hundred.p90 == 90)
    #expect(hundred.p99 == 99)
    #expect(hundred.percentile(0) == 1)
    #expect(hundred.percentile(100) == 100)
    let three = RunStatistics([30, 10, 20])
    #expect(three.median == 20)
    #expect(three.p90 == 30)
  }

  @Test("Without runs all times are zero")
  func empty() {
    let none = RunStatistics([])
    #expect(none.count == 0)
    #expect(none.minimum == 0)
    #expect(none.p99 == 0)
  }
}

@Suite struct RooflineTests {
  @Test("The share is of whichever roof is the lower one for the work")
  func share() {
    let roofline = Roofline(operationsPerSecond: 100e9, bytesPerSecond: 10e9, readBytes: 1)
    // 1000 operations take 10 ns at the peak, 1000 bytes take 100 ns.
    #expect(abs(roofline.share(operations: 1000, bytes: 0, nanoseconds: 20) - 0.5) < 1e-12)
    #expect(abs(roofline.share(operations: 1000, bytes: 1000, nanoseconds: 200) - 0.5) < 1e-12)
    #expect(roofline.share(operations: 1000, bytes: 1000, nanoseconds: 0) == 0)
  }
}
