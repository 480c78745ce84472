internal import Formats
internal import Graphs
internal import Importing
internal import KernelSelection
internal import Models
internal import Optimizing

/// Everything that is wrong with a model file, found at once.
package struct ModelCheck: Sendable {
  package let path: String
  package let nodeCount: Int
  /// Empty for a model that can run.
  package let problems: [NGraphError]

  /// Checks the file at `path`: its format, its names, operators, types and shapes, and that the graph
  /// can be optimized.
  package init(path: String) {
    self.path = path
    let model: Model
    do { model = try ModelFiles.read(path: path) } catch {
      nodeCount = 0
      problems = [NGraphError(error)]
      return
    }
    nodeCount = model.graph.nodes.count
    let importer = ModelImporter(inference: GraphInference(kernels: KernelSelection.best))
    let graph: Graph
    do { graph = try importer.importGraph(model) } catch {
      problems = error.problems.map { NGraphError($0) }
      return
    }
    var report = OptimizationReport()
    do {
      _ = try Optimizer(kernels: KernelSelection.best, stages: OptimizationStage.session).optimize(
        graph, report: &report)
    } catch {
      problems = [NGraphError(error)]
      return
    }
    problems = []
  }

  package var json: JSONValue {
    .object([
      ("path", .string(path)), ("valid", .bool(problems.isEmpty)), ("nodes", .integer(nodeCount)),
      ("problems", .array(problems.map(\.json))),
    ])
  }
}
