import NGraph
import Testing

@Suite struct PrecisionTests {
  @Test("Fewer bits are off by default, deviate by little, and are reported", arguments: SeedModel.all)
  func seedModels(_ model: SeedModel) throws {
    for (precision, bound) in [
      (InferenceSession.Precision.float32, 0), (.bfloat16, 0.05), (.int8Dynamic, 0.15),
    ] {
      let session = try InferenceSession(
        path: model.path, options: InferenceSession.Options(threads: 2, precision: precision))
      #expect(InferenceSession.Options().precision == .float32)
      let input: String = try #require(session.inputs.first?.name)
      let report: PrecisionReport = try session.precisionReport([input: model.images(for: session)])
      #expect(report.precision == precision)
      #expect(report.deviations.map(\.output) == session.outputs.map(\.name))
      #expect(report.largestDeviation <= bound)
      // Every one of these models ends in a classifier with weights.
      #expect((report.products > 0) == (precision != .float32))
      #expect((report.largestDeviation > 0) == (precision != .float32))
      if precision == .float32 { #expect(report.instructions == nil) }
    }
  }

  @Test("Every table computes in every precision, the same bits with 1 and 2 threads")
  func tables() throws {
    let model = SeedModel(name: "transformer-preln")
    for table in InferenceSession.kernelTables {
      for precision in InferenceSession.Precision.allCases {
        let results: [[Float]] = try [1, 2].map { threads in
          let session = try InferenceSession(
            path: model.path,
            options: InferenceSession.Options(threads: threads, kernels: table, precision: precision))
          return try session.run([try model.images(for: session)])[0].array()
        }
        #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern))
        let expected: [Float] = try model.expected()
        let scale: Float = expected.reduce(0) { max($0, abs($1)) }
        #expect(zip(results[0], expected).allSatisfy { abs($0 - $1) <= 0.15 * scale })
      }
    }
  }

  @Test(
    "An input that is not a number gives no finite answer", arguments: InferenceSession.Precision.allCases)
  func notANumber(_ precision: InferenceSession.Precision) throws {
    let session = try InferenceSession(
      path: SeedModel(name: "mlp-ln").path, options: InferenceSession.Options(precision: precision))
    var pixels = [Float](repeating: 0.5, count: 128)
    pixels[70] = .nan
    let result: [Float] = try session.run([try NDArray(pixels, shape: [2, 64])])[0].array()
    #expect(result[..<10].allSatisfy { $0.isFinite })
    #expect(result[10...].allSatisfy { $0.isNaN })
  }
}
