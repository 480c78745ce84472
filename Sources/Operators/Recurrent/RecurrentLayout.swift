internal import Graphs
internal import KernelInterface
internal import Tensors

/// A recurrent operator ready to run: slots of operands and temporaries, packed weights, arguments of products.
struct RecurrentLayout<Element: BinaryFloatingPoint & TensorElement>: Sendable {
  let sizes: RecurrentSizes
  private let cell: RecurrentCell<Element>
  private let gemm: GemmKernels<Element>
  private let reversesFirst: Bool

  private let x: Int
  /// nil where constant and packed.
  private let w: Int?
  private let r: Int?
  private let bias: Int?
  private let lengths: Int?
  private let initialState: Int?
  private let initialCell: Int?
  private let peepholes: Int?
  private let y: Int?
  private let lastState: Int?
  private let lastCell: Int?

  private let gates: Int
  private let state: Int
  private let cellState: Int
  private let resetState: Int
  private let recurrent: Int
  private let biases: Int
  /// R packed in each run, where it is not constant.
  private let packing: Int?

  /// The product with W: complete but for addresses, packed where W is constant.
  private let projection: GemmArguments<Element>
  private let projectionSize: Int
  /// The products with R: all gates, or all but the last and the last.
  private let products: [GemmArguments<Element>]
  private let packedSizes: [Int]

  private static var placeholder: UnsafePointer<Element>? { UnsafePointer(bitPattern: 64) }

  /// Multiply-adds of a row's products with R.
  var recurrentSize: Int { sizes.gates &* sizes.hidden &* sizes.hidden }

  init(_ step: RecurrentStep<Element>, _ context: inout PrepareContext) {
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

    let (hidden, width): (Int, Int) = (sizes.hidden, sizes.gates * sizes.hidden)
    let bytes: Int = MemoryLayout<Element>.stride
    let rows: Int = sizes.directions * sizes.batch
    gates = context.temporary(sizes.directions * sizes.sequence * sizes.batch * width * bytes)
    state = context.temporary(rows * hidden * bytes)
    cellState = context.temporary(step.isLSTM ? rows * hidden * bytes : 0)
    resetState = context.temporary(step.cell.form == .afterReset ? rows * hidden * bytes : 0)
    recurrent = context.temporary(step.cell.form == .apart ? rows * width * bytes : 0)
    biases = context.temporary(bias == nil ? 0 : sizes.directions * width * bytes)

    // Products with R, each of `n` gates' units.
    let widths: [Int] = step.cell.form == .afterReset ? [width - hidden, hidden] : [width]
    packedSizes = widths.map { gemm.packedBCount(hidden, $0) }
    let total: Int = packedSizes.reduce(0, +)
    let isa: String = context.kernels.isa.name
    var packedR: UnsafeRawPointer?
    if let constant = context.input(2).constant {
      let layout: String = "recurrent R \(Element.self) \(isa) \(sizes.directions) \(hidden) \(widths)"
      packedR = context.weights.packed(
        constant, layout: layout, byteCount: sizes.directions * total * bytes
      ) { [packedSizes] target in
        Self.packR(
          constant.base.assumingMemoryBound(to: Element.self),
          target.assumingMemoryBound(to: Element.self), sizes, widths, packedSizes, gemm)
      }
      packing = nil
      r = nil
    } else {
      packing = context.temporary(sizes.directions * total * bytes)
      r = context.input(2).slot
    }
    var products: [GemmArguments<Element>] = []
    for n in widths {
      var product = GemmArguments<Element>(m: min(24, sizes.batch), n: n, k: hidden)
      product.a = Self.placeholder
      product.aRowStride = hidden
      product.packedB = packedR?.assumingMemoryBound(to: Element.self) ?? Self.placeholder
      product.c = UnsafeMutablePointer(mutating: Self.placeholder)
      product.cRowStride = step.cell.form == .apart ? width : sizes.batchRow * width
      product.beta = step.cell.form == .apart ? 0 : 1
      if step.cell.form == .apart, bias != nil { product.epilogue.bias = Self.placeholder }
      context.reserveScratch(withUnsafePointer(to: product) { gemm.scratchBytes($0) })
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
    projectionSize = gemm.packedBCount(sizes.input, width)
    if let constant = context.input(1).constant, sizes.input > 0, width > 1 {
      let layout: String = "recurrent W \(Element.self) \(isa) \(sizes.directions) \(sizes.input) \(width)"
      let packed: UnsafeRawPointer = context.weights.packed(
        constant, layout: layout, byteCount: sizes.directions * projectionSize * bytes
      ) { [projectionSize] target in
        let source = constant.base.assumingMemoryBound(to: Element.self)
        for direction in 0..<sizes.directions {
          gemm.packB(
            source + direction * width * sizes.input, 1, sizes.input, sizes.input, width,
            target.assumingMemoryBound(to: Element.self) + direction * projectionSize)
        }
      }
      projection.packedB = packed.assumingMemoryBound(to: Element.self)
    }
    w = projection.packedB == nil ? context.input(1).slot : nil
    context.reserveScratch(withUnsafePointer(to: projection) { gemm.scratchBytes($0) })
    self.projection = projection
  }

  /// Packs R [directions, gates * hidden, hidden] for the products, direction by direction.
  private static func packR(
    _ source: UnsafePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ sizes: RecurrentSizes,
    _ widths: [Int], _ packedSizes: [Int], _ gemm: GemmKernels<Element>
  ) {
    var (from, to) = (source, target)
    for _ in 0..<sizes.directions {
      for (width, size) in zip(widths, packedSizes) {
        gemm.packB(from, 1, sizes.hidden, sizes.hidden, width, to)
        from += width * sizes.hidden
        to += size
      }
    }
  }

  /// Refuses lengths outside `0 ... sequence`.
  func checkLengths(_ run: RunContext) throws(ExecutionError) {
    guard let lengths else { return }
    let values = run.input(lengths, as: Int32.self)
    for row in 0..<sizes.batch where values[row] < 0 || Int(values[row]) > sizes.sequence {
      throw ExecutionError(
        .invalidData, "sequence_lens must be from 0 to \(sizes.sequence), found \(values[row])")
    }
  }

  /// Sums biases, and packs R where it is not constant.
  func prepareWeights(_ run: RunContext) {
    let width: Int = sizes.gates &* sizes.hidden
    if let bias {
      let source = run.input(bias, as: Element.self)
      let target = run.output(biases, as: Element.self)
      for direction in 0..<sizes.directions {
        let own = source + direction &* 2 &* width
        for unit in 0..<width {
          let recurrent: Element = cell.form == .apart ? 0 : own[width &+ unit]
          target[direction &* width &+ unit] = own[unit] + recurrent
        }
      }
    }
    if let packing, let r {
      let target = run.output(packing, as: Element.self)
      let source = run.input(r, as: Element.self)
      var offset: Int = 0
      for direction in 0..<sizes.directions {
        var from = source + direction &* width &* sizes.hidden
        for index in 0..<products.count {
          gemm.packB(from, 1, sizes.hidden, sizes.hidden, products[index].n, target + offset)
          from += products[index].n &* sizes.hidden
          offset += packedSizes[index]
        }
      }
    }
  }

  /// The gates' pre-activations, as far as X gives them, for all time steps at once.
  func projectInputs(_ run: RunContext) {
    let width: Int = sizes.gates &* sizes.hidden
    let rows: Int = sizes.sequence &* sizes.batch
    let kernel = gemm.run
    for direction in 0..<sizes.directions {
      var product: GemmArguments<Element> = projection
      product.a = run.input(x)
      if let w { product.b = run.input(w, as: Element.self) + direction &* width &* sizes.input }
      if let packed = product.packedB { product.packedB = packed + direction &* projectionSize }
      product.c = run.output(gates, as: Element.self) + direction &* rows &* width
      if bias != nil { product.epilogue.bias = run.input(biases, as: Element.self) + direction &* width }
      withUnsafePointer(to: product) { pointer in
        run.parallel(gemm.taskCount(pointer)) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
    }
  }

  /// All time steps of some rows in one direction.
  func runBlock(_ run: RunContext, direction: Int, rows: Range<Int>, worker: Int, divides: Bool) {
    let hidden: Int = sizes.hidden
    let states = run.output(state, as: Element.self) + direction &* sizes.batch &* hidden
    let cells = run.output(cellState, as: Element.self) + (cellOffset(direction))
    for row in rows {
      load(run, initialState, direction, row, into: states + row &* hidden)
      if lastCellIsKept { load(run, initialCell, direction, row, into: cells + row &* hidden) }
    }
    let reverses: Bool = direction == 1 || reversesFirst
    for index in 0..<sizes.sequence {
      let time: Int = reverses ? sizes.sequence &- 1 &- index : index
      runTime(run, direction: direction, rows: rows, time: time, worker: worker, divides: divides)
    }
    for row in rows {
      let place: Int = sizes.state(direction, row)
      if let lastState {
        (run.output(lastState, as: Element.self) + place).update(from: states + row &* hidden, count: hidden)
      }
      if let lastCell {
        (run.output(lastCell, as: Element.self) + place).update(from: cells + row &* hidden, count: hidden)
      }
    }
  }

  private var lastCellIsKept: Bool { sizes.gates == 4 }
  private func cellOffset(_ direction: Int) -> Int {
    lastCellIsKept ? direction &* sizes.batch &* sizes.hidden : 0
  }

  private func load(
    _ run: RunContext, _ slot: Int?, _ direction: Int, _ row: Int, into target: UnsafeMutablePointer<Element>
  ) {
    if let slot {
      target.update(
        from: run.input(slot, as: Element.self) + sizes.state(direction, row), count: sizes.hidden)
    } else {
      target.update(repeating: 0, count: sizes.hidden)
    }
  }

  private func runTime(
    _ run: RunContext, direction: Int, rows: Range<Int>, time: Int, worker: Int, divides: Bool
  ) {
    let (hidden, width): (Int, Int) = (sizes.hidden, sizes.gates &* sizes.hidden)
    let base: Int = direction &* sizes.sequence &* sizes.batch &+ time &* sizes.timeRow
    let gates = run.output(self.gates, as: Element.self) + base &* width
    let first: Int = direction &* sizes.batch
    let states = run.output(state, as: Element.self) + first &* hidden
    let resets = run.output(resetState, as: Element.self) + (cell.form == .afterReset ? first &* hidden : 0)
    let apart = run.output(recurrent, as: Element.self) + (cell.form == .apart ? first &* width : 0)
    let start: Int = rows.lowerBound
    let target = cell.form == .apart ? apart + start &* width : gates + start &* sizes.batchRow &* width
    multiply(run, 0, direction, rows.count, states + start &* hidden, target, worker, divides)
    if let reset = cell.reset, products.count > 1 {
      for row in rows {
        reset(rowState(run, direction, row, gates, states, resets, apart), direction)
      }
      multiply(
        run, 1, direction, rows.count, resets + start &* hidden, target + (width &- hidden), worker, divides)
    }
    for row in rows {
      let output: UnsafeMutablePointer<Element>? = y.map {
        run.output($0, as: Element.self) + sizes.y(time, direction, row)
      }
      if let lengths, time >= Int(run.input(lengths, as: Int32.self)[row]) {
        output?.update(repeating: 0, count: hidden)
        continue
      }
      cell.update(rowState(run, direction, row, gates, states, resets, apart), direction)
      output?.update(from: states + row &* hidden, count: hidden)
    }
  }

  private func rowState(
    _ run: RunContext, _ direction: Int, _ row: Int, _ gates: UnsafeMutablePointer<Element>,
    _ states: UnsafeMutablePointer<Element>, _ resets: UnsafeMutablePointer<Element>,
    _ apart: UnsafeMutablePointer<Element>
  ) -> RecurrentRow<Element> {
    let (hidden, width): (Int, Int) = (sizes.hidden, sizes.gates &* sizes.hidden)
    let cells = run.output(cellState, as: Element.self) + cellOffset(direction)
    return RecurrentRow(
      gates: gates + row &* sizes.batchRow &* width,
      recurrent: cell.form == .apart ? UnsafePointer(apart + row &* width) : nil,
      state: states + row &* hidden, cell: cells + (lastCellIsKept ? row &* hidden : 0),
      resetState: resets + (cell.form == .afterReset ? row &* hidden : 0),
      peepholes: peepholes.map { run.input($0, as: Element.self) + direction &* 3 &* hidden })
  }

  /// Product `index` with R of a direction.
  private func multiply(
    _ run: RunContext, _ index: Int, _ direction: Int, _ rows: Int, _ a: UnsafePointer<Element>,
    _ c: UnsafeMutablePointer<Element>, _ worker: Int, _ divides: Bool
  ) {
    var product: GemmArguments<Element> = products[index]
    product.m = rows
    product.a = a
    product.c = c
    var (total, before): (Int, Int) = (0, 0)
    for other in 0..<packedSizes.count {
      if other == index { before = total }
      total &+= packedSizes[other]
    }
    let packed: UnsafePointer<Element>? =
      packing.map { run.input($0, as: Element.self) } ?? product.packedB
    product.packedB = packed.map { $0 + (direction &* total &+ before) }
    if cell.form == .apart, let bias {
      let width: Int = sizes.gates &* sizes.hidden
      product.epilogue.bias = run.input(bias, as: Element.self) + (2 &* direction &+ 1) &* width
    }
    let kernel = gemm.run
    withUnsafePointer(to: product) { pointer in
      let tasks: Int = gemm.taskCount(pointer)
      if divides {
        run.parallel(tasks) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      } else {
        for task in 0..<tasks { kernel(pointer, task, run.scratch(worker)) }
      }
    }
  }
}
