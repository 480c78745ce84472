internal import Graphs
internal import KernelInterface
internal import Tensors

/// Converts elements between any two numeric types with the semantics of ONNX Cast: through `Int64` where
/// the source is an integer, else through `Double`, in blocks on the stack.
struct ElementConversion: Sendable {
  private let source: ElementCodec
  private let target: ElementCodec

  /// Elements in a block.
  static let block: Int = 256

  /// nil where one of the types is no real number.
  init?(_ from: ElementType, _ to: ElementType, _ options: ElementCodec.Options = ElementCodec.Options()) {
    guard let source = ElementCodec(from, options), let target = ElementCodec(to, options) else { return nil }
    self.source = source
    self.target = target
  }

  /// Converts the elements `first ..< first + count`, `first` a multiple of 8.
  func callAsFunction(
    _ out: UnsafeMutableRawPointer, _ input: UnsafeRawPointer, first: Int, count: Int
  ) {
    let exact: Bool = source.readIntegers != nil && !(source.type == .uint64 && target.type.isFloatingPoint)
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.block) { buffer in
      guard let base = buffer.baseAddress else { return }
      var start: Int = first
      let end: Int = first &+ count
      while start < end {
        let length: Int = min(Self.block, end &- start)
        if exact, let readIntegers = source.readIntegers {
          readIntegers(input, start, length, base)
          target.writeIntegers(out, start, length, base)
        } else {
          base.withMemoryRebound(to: Double.self, capacity: Self.block) { numbers in
            source.readDoubles(input, start, length, numbers)
            target.writeDoubles(out, start, length, numbers)
          }
        }
        start &+= length
      }
    }
  }

  /// The converted tensor.
  func convert(_ tensor: Tensor, to type: ElementType) -> Tensor {
    let aligned: Tensor = tensor.aligned
    return Tensor(type, tensor.shape) { bytes in
      guard let base = bytes.baseAddress else { return }
      self(base, aligned.base, first: 0, count: tensor.count)
    }
  }
}

extension PrepareContext {
  /// The kernel that converts from one type to another; nil where they are the same.
  func conversion(_ from: KernelElement, _ to: KernelElement) -> ConversionKernel? {
    from == to ? nil : kernels.conversion.kernel(from, to)
  }

  /// The kernel type of an operand, or the error that there is none.
  func kernelElement(_ operand: Operand) throws(PlanError) -> KernelElement {
    guard let element = operand.elementType.kernelElement else { throw unsupported(operand.elementType) }
    return element
  }
}
