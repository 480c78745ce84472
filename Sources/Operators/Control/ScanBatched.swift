package import Graphs
internal import Tensors

extension ScanOp {
  /// Scan-8: every input has a batch axis in front of the sequence axis. It becomes a Scan over the batch
  /// whose body is the Scan over the sequence.
  package static func expandLegacy(_ node: inout NodeReader, into builder: inout GraphBuilder)
    throws(GraphError) -> [ValueID?]?
  {
    guard node.version < 9 else { return nil }
    guard !node.hasInput(0) else {
      throw node.error(.unsupportedForm, "'sequence_lens' of Scan-8 is not supported")
    }
    let inputs: [ValueID?] = Array(node.inputs.dropFirst())
    let scanCount: Int = try node.required("num_scan_inputs", try node.int("num_scan_inputs"))
    var attributes: [Attribute] = [Attribute("num_scan_inputs", scanCount)]
    if let directions = try node.ints("directions") {
      attributes.append(Attribute("scan_input_directions", directions))
    }
    var inner: Subgraph = try node.subgraph("body")
    let captures: [ValueID] = inner.captures

    // The body over the batch gets a batch's part of each input, then what the inner body captures.
    var around = GraphBuilder(name: inner.graph.name)
    var parts: [ValueID?] = []
    for index in inputs.indices { parts.append(around.addInput(name: "part\(index)", type: nil)) }
    inner.captures = captures.enumerated().map { index, _ in
      around.addInput(name: "capture\(index)", type: nil)
    }
    attributes.append(Attribute("body", .graph(inner)))
    let outputs: [ValueID] = try around.add(
      ScanOp.self, attributes, inputs: parts, outputCount: inner.graph.outputs.count)
    around.setOutputs(outputs)
    let outer = Subgraph(graph: around.graph, formalInputCount: inputs.count, captures: captures)
    let results: [ValueID] = try builder.add(
      ScanOp.self,
      [Attribute("num_scan_inputs", inputs.count), Attribute("body", .graph(outer))],
      inputs: inputs, outputCount: node.wantsOutput.count)
    return zip(results, node.wantsOutput).map { $1 ? $0 : nil }
  }
}
