package import Graphs
package import Models
internal import Operators

/// Makes a graph into a model: every operator in its newest form, under the lowest operator set in which
/// all of them read so, and the oldest IR version that goes with it.
///
/// Constants become initializers whose bytes stay where they are. What a subgraph captures it names again;
/// a constant in it that is one of a graph around it too is written once, outside. Inputs and outputs keep
/// their names; other names are changed where two values, even in different graphs, or two nodes of one graph
/// would have the same.
/// Types that are known become value infos. Each operator of the domain `ngraph` that is used comes with a
/// function that defines it.
package struct ModelExporter {
  private let template: Model?

  /// The producer, metadata, documentation and functions of `template` go into every model.
  package init(template: Model? = nil) { self.template = template }

  package func exportModel(_ graph: Graph) -> Model {
    var names = ExportNames()
    var sets = ExportedOperatorSets()
    let exported: ModelGraph = GraphExport.main(graph, &names, &sets)
    var model = Model(graph: exported)
    if let template {
      model.producerName = template.producerName
      model.producerVersion = template.producerVersion
      model.domain = template.domain
      model.modelVersion = template.modelVersion
      model.docString = template.docString
      model.metadata = template.metadata
      model.graph.docString = template.graph.docString
      model.graph.metadata = template.graph.metadata
      let used: Set<String> = sets.domains
      model.functions = template.functions.filter { used.contains($0.domain) && !Self.isDefined($0) }
    }
    for function in model.functions {
      for entry in function.opsetImports { sets.require(Int(clamping: entry.version), of: entry.domain) }
    }
    model.opsetImports = sets.imports
    model.irVersion = sets.irVersion
    model.functions += sets.modelFunctions
    return model
  }

  /// Whether the function defines an operator that is known, so that its definition is written anew.
  private static func isDefined(_ function: ModelFunction) -> Bool {
    OperatorSet.definition(function.name, domain: function.domain) != nil
  }
}
