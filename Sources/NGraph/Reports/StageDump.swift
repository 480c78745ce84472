internal import Formats
internal import Graphs
internal import Importing
internal import KernelInterface
internal import Models
internal import Optimizing
internal import Planning

/// A model at one of the stages on its way to a run, as text or as a drawing in Graphviz's DOT language.
package struct StageDump: Sendable {
  /// The values between stages.
  package enum Stage: String, Sendable, CaseIterable {
    /// The file as written.
    case model
    /// Typed values and resolved operators.
    case graph
    /// The same after optimization.
    case optimized
    /// Steps and memory for one signature of input shapes.
    case plan
  }

  package let text: String

  /// Dumps the model at `path`. A plan needs the shapes of all inputs: what the model leaves free,
  /// `shapes` must say.
  package init(
    path: String, stage: Stage, drawing: Bool, shapes: [String: [Int]], options: InferenceSession.Options
  ) throws(NGraphError) {
    let kernels: KernelTable = try options.kernelTable()
    let inference = GraphInference(kernels: kernels)
    let model: Model
    do { model = try ModelFiles.read(path: path) } catch { throw NGraphError(error) }
    if stage == .model, !drawing {
      var text: String = ""
      ModelDump(model).write(to: &text)
      self.text = text
      return
    }
    if stage == .model {
      text = Self.drawing(of: model).text
      return
    }
    var graph: Graph
    do { graph = try ModelImporter(inference: inference).importGraph(model) } catch {
      throw NGraphError(error, path: path)
    }
    if stage == .optimized || (stage == .plan && options.optimizes) {
      var report = OptimizationReport()
      do {
        graph = try Optimizer(kernels: kernels, stages: OptimizationStage.session).optimize(
          graph, report: &report)
      } catch {
        throw NGraphError(error)
      }
    }
    let types: [InferenceContext.Input?] = try InputShapes(shapes).inferenceInputs(of: graph)
    guard stage == .plan else {
      if !shapes.isEmpty {
        do { graph = try inference.infer(graph, inputs: types) } catch { throw NGraphError(error) }
      }
      text = drawing ? graph.drawing.text : Self.text(of: graph)
      return
    }
    for (input, type) in zip(ValueDescription.inputs(of: graph), types) {
      guard let type = type?.type, type.dimensions == nil || type.shape == nil else { continue }
      throw NGraphError(
        .plan, "unknownShape",
        "a plan needs all shapes: expected --shape \(input.name)=..., found \(input.kind)",
        at: "input '\(input.name)'")
    }
    do {
      let plan: Plan = try Planner(kernels: kernels, weights: WeightCache()).plan(graph, inputs: types)
      if drawing {
        text = PlanDump(plan).drawing.text
      } else {
        var text: String = ""
        PlanDump(plan).write(to: &text)
        self.text = text
      }
    } catch { throw NGraphError(error) }
  }

  private static func text(of graph: Graph) -> String {
    var text: String = ""
    GraphDump(graph).write(to: &text)
    return text
  }

  private static func drawing(of model: Model) -> Drawing {
    let graph: ModelGraph = model.graph
    var drawing = Drawing(name: graph.name ?? "")
    var sources: [String: String] = [:]
    let constants: [String: ModelTensor] = Dictionary(
      graph.initializers.map { ($0.name ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    for (index, input) in graph.inputs.enumerated() where constants[input.name] == nil {
      drawing.box("i\(index)", [input.name, ModelText.type(input.type)], .input)
      sources[input.name] = "i\(index)"
    }
    for (index, node) in graph.nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { sources[output] = "n\(index)" }
    }
    for (index, node) in graph.nodes.enumerated() {
      var lines: [String] = [node.domain.isEmpty ? node.opType : "\(node.domain)::\(node.opType)"]
      if let name = node.name, !name.isEmpty { lines.append(name) }
      for input in node.inputs {
        if let constant = constants[input] { lines.append("\(input) \(ModelText.tensor(constant))") }
      }
      drawing.box("n\(index)", lines, .node)
      for input in node.inputs {
        if let source = sources[input] { drawing.arrow(from: source, to: "n\(index)", label: input) }
      }
    }
    for (index, output) in graph.outputs.enumerated() {
      drawing.box("o\(index)", [output.name, ModelText.type(output.type)], .output)
      if let source = sources[output.name] { drawing.arrow(from: source, to: "o\(index)", label: "") }
    }
    return drawing
  }
}
