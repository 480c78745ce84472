internal import Tensors

/// A folder of test data as the ONNX project lays it out: `input_0.pb`, `input_1.pb`, ... and `output_0.pb`,
/// ... in the order of the graph's inputs and outputs. `.npy` files may stand in for `.pb` ones.
package struct TestDataSet: Sendable {
  package var inputs: [NamedValue]
  package var outputs: [NamedValue]

  /// Reads `folder`. `inputs` and `outputs` say what each value should be; they may be shorter than what is
  /// there.
  package static func read(
    folder: String, inputs: [ExpectedValue?] = [], outputs: [ExpectedValue?] = []
  ) throws(FormatError) -> TestDataSet {
    let set = TestDataSet(
      inputs: try values(folder, "input", inputs), outputs: try values(folder, "output", outputs))
    guard !set.inputs.isEmpty || !set.outputs.isEmpty else {
      throw FormatError(
        .notFound, "expected a folder with input_0.pb or output_0.pb, found neither",
        place: .init(path: folder))
    }
    return set
  }

  private static func values(
    _ folder: String, _ prefix: String, _ expected: [ExpectedValue?]
  ) throws(FormatError) -> [NamedValue] {
    var values: [NamedValue] = []
    while true {
      let stem: String = FilePaths.join(folder, "\(prefix)_\(values.count)")
      guard let path = [stem + ".pb", stem + ".npy"].first(where: { FileIdentity(path: $0) != nil }) else {
        return values
      }
      let wanted: ExpectedValue? = values.count < expected.count ? expected[values.count] : nil
      values.append(contentsOf: try TensorFiles.read(path: path, as: wanted).prefix(1))
    }
  }
}
