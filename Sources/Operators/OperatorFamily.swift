package import Graphs

/// A folder of operators: its list names every operator file in it.
package struct OperatorFamily: Sendable {
  package let name: String
  package let definitions: [any OperatorDefinition.Type]

  package init(_ name: String, _ definitions: [any OperatorDefinition.Type]) {
    self.name = name
    self.definitions = definitions
  }
}

/// Finds operators by domain and name. Used while importing only: a graph's nodes hold their operator.
package enum OperatorSet {
  /// All families, one for each folder beside this file.
  package static let families: [OperatorFamily] = [
    shapingFamily,
    elementwiseFamily,
    logicFamily,
    conversionFamily,
    quantizationFamily,
    randomFamily,
    indexingFamily,
    selectionFamily,
    imagingFamily,
    containersFamily,
    textFamily,
    linearFamily,
    convolutionFamily,
    poolingFamily,
    normalizationFamily,
    reductionFamily,
    recurrentFamily,
    attentionFamily,
    lossFamily,
    signalFamily,
    controlFamily,
  ]

  private static let index: [String: any OperatorDefinition.Type] = Dictionary(
    families.flatMap(\.definitions).map { ($0.schema.qualifiedName, $0) },
    uniquingKeysWith: { first, _ in first })

  /// The definition of an operator type; `domain` "ai.onnx" is the empty one.
  package static func definition(_ name: String, domain: String) -> (any OperatorDefinition.Type)? {
    index[domain.isEmpty || domain == "ai.onnx" ? name : "\(domain)::\(name)"]
  }

  /// The qualified names of all operators.
  package static var names: [String] { index.keys.sorted() }
}
