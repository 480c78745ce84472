internal import Graphs
internal import Tensors

/// Slices of tensors and tensors of slices, for loops that are evaluated.
enum StackedTensors {
  /// Slice `index` of `tensor` along `axis`, without that axis. In place where it is one piece.
  static func slice(_ tensor: Tensor, axis: Int, index: Int) -> Tensor {
    var extents: [Int] = tensor.shape.extents
    let count: Int = extents.remove(at: axis)
    let shape = Shape(extents)
    let rows: Int = tensor.shape.count(0..<axis)
    let piece: Int = tensor.shape.count(axis + 1..<tensor.shape.rank)
    if let strings = tensor.strings {
      var elements: [String] = []
      for row in 0..<rows {
        let first: Int = (row * count + index) * piece
        elements += strings.elements[first..<first + piece]
      }
      return Tensor(strings: elements, shape)
    }
    let width: Int = tensor.elementType.byteWidth
    if width > 0, rows == 1 {
      return Tensor(
        tensor.elementType, shape, storage: tensor.storage,
        byteOffset: tensor.byteOffset + index * piece * width)
    }
    return Tensor(tensor.elementType, shape) { (target: UnsafeMutableRawBufferPointer) in
      let source = SliceElements(tensor.base, bits: tensor.elementType.bitWidth)
      let result = SliceElements(clearing: target, bits: tensor.elementType.bitWidth)
      for row in 0..<rows {
        result.copy(piece, from: source, at: (row * count + index) * piece, to: row * piece)
      }
    }
  }

  /// The tensor whose slices along `axis` are `slices`, which have the same type and shape; nil where
  /// they don't. Without slices it is of `type` and `shape`, the shape of a slice.
  static func stack(_ slices: [Tensor], axis: Int, type: ElementType, shape: Shape) -> Tensor? {
    let first: (type: ElementType, shape: Shape) =
      slices.first.map { ($0.elementType, $0.shape) } ?? (type, shape)
    guard slices.allSatisfy({ $0.elementType == first.type && $0.shape == first.shape }),
      axis <= first.shape.rank
    else { return nil }
    var extents: [Int] = first.shape.extents
    extents.insert(slices.count, at: axis)
    guard let whole = Shape(checking: extents), first.type.byteCount(of: max(whole.count, 1)) != nil else {
      return nil
    }
    let rows: Int = first.shape.count(0..<axis)
    let piece: Int = first.shape.count(axis..<first.shape.rank)
    if first.type == .string {
      var elements: [String] = []
      for row in 0..<rows {
        for slice in slices { elements += slice.strings?.elements[row * piece..<(row + 1) * piece] ?? [] }
      }
      return Tensor(strings: elements, whole)
    }
    return Tensor(first.type, whole) { (target: UnsafeMutableRawBufferPointer) in
      let result = SliceElements(clearing: target, bits: first.type.bitWidth)
      for (index, slice) in slices.enumerated() {
        let source = SliceElements(slice.base, bits: first.type.bitWidth)
        for row in 0..<rows {
          result.copy(piece, from: source, at: row * piece, to: (row * slices.count + index) * piece)
        }
      }
    }
  }
}

/// The tensor whose slices along `axis`, perhaps counted from the back, are `slices`. Without slices, `type`
/// says what they would be; dimensions that it does not know are 0.
func stacked(_ slices: [Tensor], axis: Int, whenEmpty type: ValueType?, _ context: EvaluationContext)
  throws(ExecutionError) -> Tensor
{
  let extents: [Int] = type?.dimensions?.map { $0.value ?? 0 } ?? []
  let rank: Int = slices.first?.shape.rank ?? extents.count
  let position: Int = axis < 0 ? axis + rank + 1 : axis
  guard position >= 0, position <= rank,
    let tensor = StackedTensors.stack(
      slices, axis: position, type: type?.elementType ?? .float32, shape: Shape(extents))
  else {
    throw context.error(.shapeMismatch, "the slices of a stacked output differ in type or shape")
  }
  return tensor
}

extension Graph {
  /// The types of the outputs for inputs of the given types, as far as inference tells.
  func outputTypes(for inputs: [ValueType?], _ context: EvaluationContext) -> [ValueType?] {
    let described: [InferenceContext.Input?] = inputs.map { InferenceContext.Input(type: $0) }
    let inferred: Graph? = try? GraphInference(kernels: context.kernels).infer(self, inputs: described)
    return outputs.map { inferred?[$0].type ?? self[$0].type }
  }
}

/// Elements of a whole number of bytes, or several to a byte.
private struct SliceElements {
  let base: UnsafeMutableRawPointer?
  let bits: Int

  init(_ base: UnsafeRawPointer, bits: Int) {
    self.base = UnsafeMutableRawPointer(mutating: base)
    self.bits = bits
  }

  /// Elements that are about to be written, one by one.
  init(clearing bytes: UnsafeMutableRawBufferPointer, bits: Int) {
    if bits % 8 != 0 { bytes.initializeMemory(as: UInt8.self, repeating: 0) }
    base = bytes.baseAddress
    self.bits = bits
  }

  func copy(_ count: Int, from other: SliceElements, at source: Int, to target: Int) {
    guard let base, let from = other.base, count > 0 else { return }
    if bits % 8 == 0 {
      let width: Int = bits / 8
      (base + target * width).copyMemory(from: from + source * width, byteCount: count * width)
      return
    }
    let perByte: Int = 8 / bits
    let mask: UInt8 = (1 << UInt8(bits)) - 1
    for index in 0..<count {
      let read: Int = source + index
      let write: Int = target + index
      let value: UInt8 =
        from.load(fromByteOffset: read / perByte, as: UInt8.self) >> UInt8(read % perByte * bits) & mask
      let shift = UInt8(write % perByte * bits)
      let kept: UInt8 = base.load(fromByteOffset: write / perByte, as: UInt8.self) & ~(mask << shift)
      base.storeBytes(of: kept | value << shift, toByteOffset: write / perByte, as: UInt8.self)
    }
  }
}
