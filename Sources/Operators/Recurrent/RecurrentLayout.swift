internal import Graphs
internal import KernelInterface
internal import Tensors

/// A recurrent operator ready to run: slots of operands and temporaries, packed weights, arguments of
/// products.
struct RecurrentLayout<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  let sizes: RecurrentSizes
  let blocks: RecurrentBlocks
  let cell: RecurrentCell<Element>
  let gemm: GemmKernels<Element>
  let reversesFirst: Bool

  let x: Int
  /// nil where constant and packed.
  let w: Int?
  let r: Int?
  let bias: Int?
  let lengths: Int?
  let initialState: Int?
  let initialCell: Int?
  let peepholes: Int?
  let y: Int?
  let lastState: Int?
  let lastCell: Int?

  /// Pre-activations [direction, time and row, width], in the order of `blocks`.
  let gates: Int
  /// Hidden states [2, direction, row, hidden]: that of even time steps and that of odd ones.
  let state: Int
  let cellState: Int
  let resetState: Int
  let recurrent: Int
  /// Biases [direction, width] of the pre-activations, in the order of `blocks`; then, where the recurrent
  /// part is kept apart, those of it.
  let biases: Int
  /// R packed in each run, where it is not constant.
  let packing: Int?

  /// The product with W: complete but for addresses, packed where W is constant.
  let projection: GemmArguments<Element>
  let inputWeights: RecurrentWeights<Element>
  let recurrentWeights: RecurrentWeights<Element>
  /// The products of one block with R: all gates, or all but the last and then the last.
  let products: [GemmArguments<Element>]

  private static var placeholder: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  /// Columns of the pre-activations.
  var width: Int { sizes.gates &* sizes.hidden }

  /// For products with R of at most `rows` rows.
  init(_ step: RecurrentStep<Element>, rows: Int, _ context: inout PrepareContext) {
    let sizes: RecurrentSizes = step.sizes
    let gemm: GemmKernels<Element> = step.gemm
    self.sizes = sizes
    self.gemm = gemm
    cell = step.cell
    reversesFirst = step.options.direction == .reverse
    x = context.input(0).slot
    bias = context.optionalInput(3)?.slot
    lengths = context.optionalInput(4)?.slot
    initialState = context.optionalInput(5)?.slot
    initialCell = step.isLSTM ? context.optionalInput(6)?.slot : nil
    peepholes = step.isLSTM ? context.optionalInput(7)?.slot : nil
    y = context.optionalOutput(0)?.slot
    lastState = context.optionalOutput(1)?.slot
    lastCell = step.isLSTM ? context.optionalOutput(2)?.slot : nil

    let (constantW, constantR): (Tensor?, Tensor?) = (context.input(1).constant, context.input(2).constant)
    let (hidden, width): (Int, Int) = (sizes.hidden, sizes.gates * sizes.hidden)
    let bytes: Int = MemoryLayout<Element>.stride
    let packsW: Bool = constantW != nil && sizes.input > 0 && width > 1
    let blocks = RecurrentBlocks(
      sizes: sizes, rows: rows, tileRows: gemm.tileRows, tileColumns: gemm.tileColumns,
      panelBytes: gemm.packedBCount(sizes.hidden, gemm.tileColumns) * bytes,
      isDivisible: packsW && constantR != nil)
    self.blocks = blocks

    let states: Int = sizes.directions * sizes.batch
    let isApart: Bool = step.cell.form == .apart
    gates = context.temporary(sizes.directions * sizes.sequence * sizes.batch * width * bytes)
    state = context.temporary(2 * states * hidden * bytes)
    cellState = context.temporary(step.isLSTM ? states * hidden * bytes : 0)
    resetState = context.temporary(step.cell.form == .afterReset ? states * hidden * bytes : 0)
    recurrent = context.temporary(isApart ? states * width * bytes : 0)
    biases = context.temporary(bias == nil ? 0 : (isApart ? 2 : 1) * sizes.directions * width * bytes)

    let last: Int = sizes.gates - 1
    let groups: [Range<Int>] =
      step.cell.form == .afterReset ? [0..<last, last..<sizes.gates] : [0..<sizes.gates]
    let recurrentWeights = RecurrentWeights(blocks: blocks, depth: hidden, groups: groups, gemm: gemm)
    self.recurrentWeights = recurrentWeights
    let isa: String = context.kernels.isa.name + (step.precision.map { " " + $0.rawValue } ?? "")
    var packedR: UnsafeRawPointer?
    if let constantR {
      packedR = context.weights.packed(
        constantR, layout: "recurrent \(isa) \(sizes.directions) \(recurrentWeights.layout)",
        byteCount: sizes.directions * recurrentWeights.directionCount * bytes
      ) { weight, target in
        weight.withElements(of: Element.self) {
          recurrentWeights.pack(
            $0, directions: sizes.directions, into: target.assumingMemoryBound(to: Element.self))
        }
      }
      packing = nil
      r = nil
    } else {
      packing = context.temporary(sizes.directions * recurrentWeights.directionCount * bytes)
      r = context.input(2).slot
    }
    var products: [GemmArguments<Element>] = []
    for group in groups {
      var product = GemmArguments<Element>(m: rows, n: group.count * blocks.units, k: hidden)
      product.a = Self.placeholder
      product.aRowStride = hidden
      product.packedB = packedR?.assumingMemoryBound(to: Element.self) ?? Self.placeholder
      product.c = UnsafeMutablePointer(mutating: Self.placeholder)
      product.cRowStride = isApart ? width : sizes.batchRow * width
      product.beta = isApart ? 0 : 1
      if isApart, bias != nil { product.epilogue.bias = Self.placeholder }
      for block in Set([0, blocks.count - 1]) {
        product.n = group.count * blocks.count(block)
        context.reserveScratch(withUnsafePointer(to: product) { gemm.scratchBytes($0) })
      }
      products.append(product)
    }
    self.products = products

    var projection = GemmArguments<Element>(m: sizes.sequence * sizes.batch, n: width, k: sizes.input)
    projection.a = Self.placeholder
    projection.aRowStride = sizes.input
    projection.b = Self.placeholder
    projection.bRowStride = 1
    projection.bColumnStride = sizes.input
    projection.c = UnsafeMutablePointer(mutating: Self.placeholder)
    projection.cRowStride = width
    if bias != nil { projection.epilogue.bias = Self.placeholder }
    let inputWeights = RecurrentWeights(
      blocks: blocks, depth: sizes.input, groups: [0..<sizes.gates], gemm: gemm,
      joinsBlocks: step.precision != nil)
    self.inputWeights = inputWeights
    if packsW, let constantW {
      let packed: UnsafeRawPointer = context.weights.packed(
        constantW, layout: "recurrent \(isa) \(sizes.directions) \(inputWeights.layout)",
        byteCount: sizes.directions * inputWeights.directionCount * bytes
      ) { weight, target in
        weight.withElements(of: Element.self) {
          inputWeights.pack(
            $0, directions: sizes.directions, into: target.assumingMemoryBound(to: Element.self))
        }
      }
      projection.packedB = packed.assumingMemoryBound(to: Element.self)
    }
    w = projection.packedB == nil ? context.input(1).slot : nil
    context.reserveScratch(withUnsafePointer(to: projection) { gemm.scratchBytes($0) })
    self.projection = projection
  }
}
