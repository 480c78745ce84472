import Execution
import Formats
import Foundation
import Graphs
import Importing
import KernelInterface
import KernelSelection
import Models
import Optimizing
import Tensors

/// Runs a case in every mode and says what is wrong with it.
struct CaseRunner {
  /// One way to run a model.
  struct Mode: Sendable, CustomStringConvertible {
    enum Engine: String, Sendable { case interpreted, planned, optimized }

    let kernels: KernelTable
    let engine: Engine

    var description: String { "\(kernels.isa.name) \(engine.rawValue)" }

    /// Every kernel table of this CPU, planned with and without optimization, and node by node on one.
    static let all: [Mode] =
      KernelSelection.supported.flatMap { table in
        [Mode(kernels: table, engine: .planned), Mode(kernels: table, engine: .optimized)]
      } + [Mode(kernels: KernelSelection.best, engine: .interpreted)]

    /// The modes named in `NGRAPH_CONFORMANCE_MODES` (comma-separated engines), or all.
    static let chosen: [Mode] = {
      guard let names = ProcessInfo.processInfo.environment["NGRAPH_CONFORMANCE_MODES"] else { return all }
      let engines: [String] = names.split(separator: ",").map(String.init)
      return all.filter { engines.contains($0.engine.rawValue) }
    }()
  }

  let library: ConformanceLibrary

  /// Why the case fails; nil where it passes in every mode.
  func failure(of entry: ConformanceCase) -> String? {
    let model: Model
    do { model = try ModelFiles.read(path: library.modelPath(entry)) } catch { return "read: \(error)" }
    for mode in Mode.chosen {
      let graph: Graph
      do {
        let inference = GraphInference(kernels: mode.kernels)
        graph = try ModelImporter(inference: inference).importGraph(model)
      } catch { return "import: \(describe(error))" }
      for dataSet in 0..<entry.dataSets {
        do { try run(entry, graph, dataSet: dataSet, mode) } catch { return "\(error) (\(mode))" }
      }
    }
    return nil
  }

  private func describe(_ error: ImportError) -> String {
    guard error.code == .unsupportedOperator else { return error.description }
    let names: [String] = error.problems.filter { $0.code == .unsupportedOperator }.compactMap { problem in
      problem.place.op.map { "\($0)-\(problem.place.opset.map(String.init) ?? "?")" }
    }
    return "unsupported \(names.joined(separator: ", ")): \(error.message)"
  }

  private func run(_ entry: ConformanceCase, _ graph: Graph, dataSet: Int, _ mode: Mode) throws {
    var inputs: [Value] = []
    for (index, info) in entry.inputs.enumerated() {
      inputs.append(
        try ValueFile.read(library.valuePath(entry, dataSet: dataSet, "input_\(index)"), kind: info.kind))
    }
    let outputs: [Value?] = try results(graph, inputs, mode)
    guard outputs.count == entry.outputs.count else {
      throw CaseFailure(description: "compare: \(outputs.count) outputs of \(entry.outputs.count)")
    }
    let comparison = ValueComparison(rtol: entry.rtol, atol: entry.atol)
    for (index, info) in entry.outputs.enumerated() {
      let expected: Value = try ValueFile.read(
        library.valuePath(entry, dataSet: dataSet, "output_\(index)"), kind: info.kind)
      guard let actual = outputs[index] else {
        throw CaseFailure(description: "compare: output '\(info.name)' has no value")
      }
      if let difference = comparison.difference(actual, expected) {
        throw CaseFailure(description: "compare: output '\(info.name)': \(difference)")
      }
    }
  }

  /// The one place where a graph meets an engine.
  private func results(_ graph: Graph, _ inputs: [Value], _ mode: Mode) throws -> [Value?] {
    do {
      switch mode.engine {
      case .interpreted:
        return try GraphInterpreter(kernels: mode.kernels).run(graph, inputs: inputs)
      case .planned:
        return try Session(graph, kernels: mode.kernels, runner: SerialRunner.shared).run(inputs)
      case .optimized:
        var report = OptimizationReport()
        let optimized: Graph = try Optimizer(kernels: mode.kernels, stages: OptimizationStage.session)
          .optimize(graph, report: &report)
        return try Session(optimized, kernels: mode.kernels, runner: SerialRunner.shared).run(inputs)
      }
    } catch { throw CaseFailure(description: "run: \(error)") }
  }
}
