/// A graph inside an operator. It refers to no outer value by name: what it uses from outside are its
/// last inputs, and the node that holds it passes them after its own.
package struct Subgraph: Sendable {
  /// Inputs: the formal ones, then one for each capture.
  package var graph: Graph
  /// How many inputs of `graph` are formal.
  package var formalInputCount: Int
  /// The outer values that were captured as the graph was imported, in the order of the graph's last
  /// inputs. Only `NodeReader.subgraph` reads them: afterwards the node's inputs say it.
  package var captures: [ValueID]
  /// The index among the node's inputs of the first captured value.
  package var firstCapture: Int = 0

  package init(graph: Graph, formalInputCount: Int, captures: [ValueID]) {
    self.graph = graph
    self.formalInputCount = formalInputCount
    self.captures = captures
  }

  /// The range of the node's inputs that are captured by this graph.
  package var captureRange: Range<Int> {
    firstCapture..<firstCapture + graph.inputs.count - formalInputCount
  }
}
