package import Graphs
package import Models

/// Makes a model into a graph: names become values, operators are resolved and brought to their newest
/// form, functions are inlined, subgraphs become graphs that name what they capture, and types are
/// inferred.
///
/// Everything that is wrong with the model is found in one pass. An initializer that is a graph input too
/// (every initializer, up to IR version 3; one with a default value since) is a constant, and no input of
/// the graph: a caller does not override it. Nodes may be in any order that has no cycle, though ONNX asks
/// for a topological one. A name in a subgraph hides the same name outside.
package struct ModelImporter: Sendable {
  /// The newest operator set of `ai.onnx` that is read.
  package static let newestOperatorSet: Int = 28

  private let inference: GraphInference

  package init(inference: GraphInference) { self.inference = inference }

  /// The graph of `model`, or an error that lists every problem.
  package func importGraph(_ model: Model) throws(ImportError) -> Graph {
    let session = ImportSession(model, inference: inference)
    let graph: Graph = session.importMain(model.graph)
    if let error = ImportError(session.allProblems) { throw error }
    return graph
  }

  /// Everything that keeps `model` from being a graph.
  package func problems(of model: Model) -> [ImportError] {
    let session = ImportSession(model, inference: inference)
    _ = session.importMain(model.graph)
    return session.allProblems
  }
}
