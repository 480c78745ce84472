package import Graphs
package import Tensors

/// `NonMaxSuppression`: for each batch and class the boxes by falling score, without those that overlap one
/// chosen before by more than `iou_threshold` (area of the intersection by that of the union), those of
/// `score_threshold` or less, and those beyond `max_output_boxes_per_class`: int64 [n, 3], each row
/// batch, class, box. Of equal scores the lower box comes first.
///
/// ONNX operator set: NonMaxSuppression-10 to 11. Boxes are two opposite corners [y, x, y, x], or centre and
/// size [x, y, w, h] where `center_point_box` is 1. Refused: an IOU threshold outside [0, 1].
package struct NonMaxSuppressionOp: ValueOperator {
  package static let schema = OperatorSchema(
    "NonMaxSuppression", since: [10, 11],
    inputs: [
      Parameter("boxes", [.float32]), Parameter("scores", [.float32]),
      Parameter("max_output_boxes_per_class", [.int64], .optional),
      Parameter("iou_threshold", [.float32], .optional), Parameter("score_threshold", [.float32], .optional),
    ],
    outputs: [Parameter("selected_indices", [.int64])],
    attributes: ["center_point_box"])

  package let centered: Bool

  package init(_ node: inout NodeReader) throws(GraphError) {
    centered = try node.flag("center_point_box") ?? false
  }

  package var attributes: [Attribute] { [Attribute("center_point_box", centered)] }

  package func infer(_ context: inout InferenceContext) throws(GraphError) {
    if let boxes = context.dimensions(0) {
      guard boxes.count == 3, boxes[2].value ?? 4 == 4 else {
        throw context.error(.shapeMismatch, "expected boxes [batch, n, 4]")
      }
    }
    if let scores = context.dimensions(1), scores.count != 3 {
      throw context.error(.shapeMismatch, "expected scores [batch, classes, n]")
    }
    context.setOutput(0, .int64, [context.freshDimension(), 3])
  }

  package func evaluate(_ inputs: [Value?], _ context: EvaluationContext) throws(ExecutionError) -> [Value?] {
    func input(_ index: Int) -> Tensor? { index < inputs.count ? inputs[index]?.tensor : nil }
    guard let boxTensor = input(0), let scoreTensor = input(1), boxTensor.shape.rank == 3,
      scoreTensor.shape.rank == 3, boxTensor.shape[2] == 4, boxTensor.shape[0] == scoreTensor.shape[0],
      boxTensor.shape[1] == scoreTensor.shape[2]
    else {
      throw context.error(.shapeMismatch, "boxes [batch, n, 4] and scores [batch, classes, n] don't match")
    }
    let limit: Int = input(2)?.integers?.first ?? 0
    let overlap: Float = input(3)?.elements(Float.self).first ?? 0
    let threshold: Float? = input(4)?.elements(Float.self).first
    guard overlap >= 0, overlap <= 1 else {
      throw context.error(.invalidInput, "the IOU threshold must be in [0, 1], found \(overlap)")
    }
    let scores: [Float] = scoreTensor.elements()
    let coordinates: [Float] = boxTensor.elements()
    let (batches, classes, count) = (scoreTensor.shape[0], scoreTensor.shape[1], scoreTensor.shape[2])
    var result: [Int64] = []
    for batch in 0..<batches where limit > 0 {
      let boxes: [Box] = (0..<count).map { index in
        let first: Int = (batch * count + index) * 4
        return Box(Array(coordinates[first..<first + 4]), centered: centered)
      }
      for category in 0..<classes {
        let first: Int = (batch * classes + category) * count
        let candidates: [Int] = (0..<count)
          .filter { index in threshold.map { scores[first + index] > $0 } ?? !scores[first + index].isNaN }
          .sorted { left, right in
            let (a, b) = (scores[first + left], scores[first + right])
            return a != b ? a > b : left < right
          }
        var chosen: [Int] = []
        for index in candidates {
          if chosen.count == limit { break }
          if chosen.contains(where: { boxes[$0].overlap(boxes[index]) > overlap }) { continue }
          chosen.append(index)
          result += [Int64(batch), Int64(category), Int64(index)]
        }
      }
    }
    return [.tensor(Tensor(result, [result.count / 3, 3]))]
  }
}

/// A rectangle with its sides along the axes.
private struct Box {
  let left: Float
  let top: Float
  let right: Float
  let bottom: Float

  init(_ numbers: [Float], centered: Bool) {
    if centered {
      left = numbers[0] - numbers[2] / 2
      right = numbers[0] + numbers[2] / 2
      top = numbers[1] - numbers[3] / 2
      bottom = numbers[1] + numbers[3] / 2
    } else {
      top = min(numbers[0], numbers[2])
      bottom = max(numbers[0], numbers[2])
      left = min(numbers[1], numbers[3])
      right = max(numbers[1], numbers[3])
    }
  }

  private var area: Float { (right - left) * (bottom - top) }

  /// The area of the intersection by that of the union; 0 where either box is empty.
  func overlap(_ other: Box) -> Float {
    let width: Float = min(right, other.right) - max(left, other.left)
    let height: Float = min(bottom, other.bottom) - max(top, other.top)
    guard width > 0, height > 0, area > 0, other.area > 0 else { return 0 }
    let common: Float = width * height
    return common / (area + other.area - common)
  }
}
