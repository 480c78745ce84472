internal import Graphs
internal import Tensors

/// Values that lie side by side in a larger one: what is joined is made in its place from the start, what is
/// cut is never copied.
extension MemorySharing {
  /// For each value, whether all that make and use it can work with rows that are apart.
  func stridedValues(_ running: [PlanBuilder.RunningNode]) -> [Bool] {
    var result = [Bool](repeating: true, count: graph.values.count)
    var isMade = [Bool](repeating: false, count: graph.values.count)
    for entry in running {
      let op: (any StridedOperator)? = entry.isKernel ? entry.node.op as? any StridedOperator : nil
      for (index, input) in entry.node.inputs.enumerated() {
        if let input, !(op?.readsStrided(index) ?? false) { result[input.index] = false }
      }
      for case let output? in entry.node.outputs {
        isMade[output.index] = op?.writesStrided ?? false
      }
    }
    for output in graph.outputs { result[output.index] = false }
    return zip(result, isMade).map { $0 && $1 }
  }

  /// Lets the inputs of a join lie in its output, each that can.
  mutating func shareParts(
    _ op: any JoiningOperator, _ node: Node, _ strided: [Bool], _ lastUse: inout [Int]
  ) {
    guard let output = node.outputs[0], let width = elementWidth(output), lastUse[output.index] != .max,
      let whole = graph[output].type?.shape, whole.count > 0
    else { return }
    let inputs: [ValueID] = node.inputs.compactMap { $0 }
    let shapes: [Shape] = inputs.compactMap { graph[$0].type?.shape }
    guard shapes.count == node.inputs.count, let placement = op.placement(inputs: shapes, output: whole)
    else {
      return
    }
    let rowBytes: Int = placement.rowLength * width
    rowCounts[output.index] = placement.rows
    var tried: Set<Int> = []
    for (index, input) in inputs.enumerated() {
      let part: Int = root(of: input.index)
      guard part != output.index, tried.insert(part).inserted, !isKnown(input), self.input(of: part) == nil,
        !isEvaluated(part), members(of: part).allSatisfy({ lastUse[$0] != .max })
      else { continue }
      // All inputs that lie in this memory must come to stand where they are in the output.
      let own: [Int] = inputs.indices.filter { root(of: inputs[$0].index) == part }
      let shift: Int = placement.parts[index].offset * width - self.shift(of: input.index)
      let length: Int = rowLength(of: part, rows: placement.rows)
      let agrees: Bool = own.allSatisfy {
        placement.parts[$0].offset * width - self.shift(of: inputs[$0].index) == shift
      }
      let overlaps: Bool = inputs.indices.contains { other in
        let place: PartPlacement.Part = placement.parts[other]
        return !own.contains(other) && place.length > 0 && place.offset * width < shift + length
          && (place.offset + place.length) * width > shift
      }
      guard agrees, !overlaps, length > 0, shift >= 0, shift + length <= rowBytes,
        Set(own.map { inputs[$0] }).count == own.count
      else { continue }
      if placement.rows > 1 {
        guard members(of: part).allSatisfy({ strided[$0] && isRow(of: $0, rows: placement.rows) }) else {
          continue
        }
      }
      rowCounts[part] = nil
      move(part, to: output.index, at: shift, pitch: placement.rows > 1 ? rowBytes : 0, &lastUse)
    }
    if members(of: output.index).count == 1 { rowCounts[output.index] = nil }
  }

  /// Lets the outputs of a cut be its input's memory, where all can.
  mutating func shareWhole(
    _ op: any CuttingOperator, _ node: Node, _ strided: [Bool], _ lastUse: inout [Int]
  ) {
    guard let input = node.inputs[0], let width = elementWidth(input), let whole = graph[input].type?.shape,
      whole.count > 0, !isKnown(input), pitch(of: input.index) == 0
    else { return }
    let root: Int = root(of: input.index)
    let outputs: [ValueID] = node.outputs.compactMap { $0 }
    let shapes: [Shape] = outputs.compactMap { graph[$0].type?.shape }
    guard self.input(of: root) == nil, !isEvaluated(root), shapes.count == node.outputs.count,
      members(of: root).allSatisfy({ lastUse[$0] != .max }),
      outputs.allSatisfy({ lastUse[$0.index] != .max }),
      let placement = op.placement(input: whole, outputs: shapes)
    else { return }
    if placement.rows > 1 {
      guard rowCounts[root] == nil,
        outputs.allSatisfy({ strided[$0.index] && isRow(of: $0.index, rows: placement.rows) })
      else { return }
    }
    let rowBytes: Int = placement.rowLength * width
    let start: Int = shift(of: input.index)
    if rowCounts[root] == nil { rowCounts[root] = placement.rows }
    for (output, part) in zip(outputs, placement.parts) {
      move(
        output.index, to: root, at: start + part.offset * width, pitch: placement.rows > 1 ? rowBytes : 0,
        &lastUse)
    }
  }

  private func elementWidth(_ value: ValueID) -> Int? {
    guard let type = graph[value].type?.elementType, type != .string, type.byteWidth > 0 else { return nil }
    return type.byteWidth
  }

  /// Whether the last axis of `value` is what it has in each of `rows` rows.
  private func isRow(of value: Int, rows: Int) -> Bool {
    guard let shape = graph[ValueID(value)].type?.shape, shape.rank > 0 else { return false }
    return shape.count(0..<shape.rank - 1) == rows
  }

  /// Bytes of a row of a root's memory, cut into `rows`; 0 where it has other rows.
  private func rowLength(of root: Int, rows: Int) -> Int {
    guard let bytes = byteCount(ValueID(root)), bytes % rows == 0 else { return 0 }
    if let own = rowCounts[root], own != rows { return 0 }
    return bytes / rows
  }
}
