import Execution
import Graphs
import KernelSelection
import Operators
import Planning
import TestSupport
import Tensors
import Testing

/// Runs a graph by its plan and node by node on every kernel table; both ways must agree. Says whether the
/// plan runs without evaluating anything.
func runBothWays(_ graph: Graph, _ inputs: [Value], isStatic: Bool? = nil) throws -> [Value] {
  var results: [Value] = []
  for kernels in KernelSelection.supported {
    let inferred = try GraphInference(kernels: kernels).infer(graph)
    let session = Session(inferred, kernels: kernels, runner: SerialRunner.shared)
    if let isStatic { #expect(try session.plan(inputs).isStatic == isStatic) }
    results = try session.run(inputs)
    let again: [Value] = try session.run(inputs)
    let interpreted: [Value?] = try GraphInterpreter(kernels: kernels).run(inferred, inputs: inputs)
    for (index, value) in results.enumerated() {
      #expect(value.tensor?.shape == interpreted[index]?.tensor?.shape)
      if let actual = value.tensor, let expected = interpreted[index]?.tensor {
        expectClose(actual, expected.doubles, steps: 32, scale: 1)
      }
      #expect(value.tensor?.doubles == again[index].tensor?.doubles)
    }
  }
  return results
}

extension GraphBuilder {
  /// A float32 input.
  mutating func floats(_ name: String, _ shape: Shape) -> ValueID {
    addInput(name: name, type: .tensor(.float32, shape))
  }

  mutating func node(
    _ type: any OperatorDefinition.Type, _ inputs: [ValueID?], _ attributes: [Attribute] = []
  )
    throws -> ValueID
  {
    let outputs = try addNode(
      type, version: type.schema.sinceVersions.last ?? 1, attributes: attributes, inputs: inputs,
      outputCount: 1)
    return try #require(outputs[0])
  }

  mutating func nodes(
    _ type: any OperatorDefinition.Type, _ inputs: [ValueID?], _ attributes: [Attribute], outputs: Int,
    version: Int? = nil
  ) throws -> [ValueID] {
    try addNode(
      type, version: version ?? type.schema.sinceVersions.last ?? 1, attributes: attributes, inputs: inputs,
      outputCount: outputs
    ).compactMap { $0 }
  }
}
