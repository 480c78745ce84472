internal import Graphs
internal import Tensors

extension PrepareContext {
  /// The integers (int64 or int32) of input `index`, on which the output's shape depends. An error where
  /// they are not known when planning: the node has to wait for its data.
  func integers(ofInput index: Int) throws(PlanError) -> [Int] {
    guard let values = optionalInput(index)?.constant?.integers else {
      throw error(.unknownShape, "input \(index) is not known before the run")
    }
    return values
  }
}
