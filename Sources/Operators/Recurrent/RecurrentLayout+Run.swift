internal import Graphs
internal import KernelInterface
internal import Tensors

/// The run of a recurrent operator; see `RecurrentStep`.
extension RecurrentLayout {
  /// Refuses lengths outside `0 ... sequence`.
  func checkLengths(_ run: RunContext) throws(ExecutionError) {
    guard let lengths else { return }
    let values = run.input(lengths, as: Int32.self)
    for row in 0..<sizes.batch where values[row] < 0 || Int(values[row]) > sizes.sequence {
      throw ExecutionError(
        .invalidData, "sequence_lens must be from 0 to \(sizes.sequence), found \(values[row])")
    }
  }

  /// Sums and orders biases, and packs R where it is not constant.
  func prepareWeights(_ run: RunContext) {
    if let bias {
      let source = run.input(bias, as: Element.self)
      let target = run.output(biases, as: Element.self)
      for direction in 0..<sizes.directions {
        let own = source + direction &* 2 &* width
        let other = own + width
        if cell.form == .apart {
          blocks.reorder(into: target + direction &* width) { own[$0] }
          blocks.reorder(into: target + (sizes.directions &+ direction) &* width) { other[$0] }
        } else {
          blocks.reorder(into: target + direction &* width) { own[$0] + other[$0] }
        }
      }
    }
    if let packing, let r {
      recurrentWeights.pack(
        run.input(r, as: Element.self), directions: sizes.directions,
        into: run.output(packing, as: Element.self))
    }
  }

  /// The gates' pre-activations, as far as X gives them, for all time steps at once.
  func projectInputs(_ run: RunContext) {
    let rows: Int = sizes.sequence &* sizes.batch
    let kernel = gemm.run
    for direction in 0..<sizes.directions {
      var product: GemmArguments<Element> = projection
      product.a = run.input(x)
      if let w { product.b = run.input(w, as: Element.self) + direction &* width &* sizes.input }
      if let packed = product.packedB {
        product.packedB = packed + direction &* inputWeights.directionCount
      }
      product.c = run.output(gates, as: Element.self) + direction &* rows &* width
      if bias != nil { product.epilogue.bias = run.input(biases, as: Element.self) + direction &* width }
      withUnsafePointer(to: product) { pointer in
        run.parallel(gemm.taskCount(pointer)) { task, worker in kernel(pointer, task, run.scratch(worker)) }
      }
    }
  }

  /// All rows in all directions, each time step divided into blocks of units.
  func runDivided(_ run: RunContext) {
    let rows: Range<Int> = 0..<sizes.batch
    for direction in 0..<sizes.directions { begin(run, direction, rows) }
    var run: RunContext = run
    for index in 0..<sizes.sequence {
      run.backwards = index & 1 == 1
      for phase in 0..<products.count {
        run.parallel(sizes.directions &* blocks.count) { [run] task, worker in
          runBlock(
            run, task / blocks.count, rows, index, phase, task % blocks.count, run.scratch(worker))
        }
      }
    }
    for direction in 0..<sizes.directions { end(run, direction, rows) }
  }

  /// All time steps of some rows in one direction.
  func runRows(_ run: RunContext, direction: Int, rows: Range<Int>, worker: Int) {
    begin(run, direction, rows)
    var run: RunContext = run
    for index in 0..<sizes.sequence {
      run.backwards = index & 1 == 1
      for phase in 0..<products.count {
        for position in 0..<blocks.count {
          let block: Int = run.backwards ? blocks.count &- 1 &- position : position
          runBlock(run, direction, rows, index, phase, block, run.scratch(worker))
        }
      }
    }
    end(run, direction, rows)
  }

  private var hasCells: Bool { sizes.gates == 4 }

  /// The hidden states before time step `index`, counted in the order of the direction.
  private func states(_ run: RunContext, _ direction: Int, _ index: Int) -> UnsafeMutablePointer<Element> {
    let side: Int = (index & 1) &* sizes.directions
    return run.output(state, as: Element.self) + (side &+ direction) &* sizes.batch &* sizes.hidden
  }

  private func cells(_ run: RunContext, _ direction: Int) -> UnsafeMutablePointer<Element> {
    run.output(cellState, as: Element.self) + (hasCells ? direction &* sizes.batch &* sizes.hidden : 0)
  }

  /// Loads the initial states of some rows.
  private func begin(_ run: RunContext, _ direction: Int, _ rows: Range<Int>) {
    for row in rows {
      load(run, initialState, direction, row, into: states(run, direction, 0) + row &* sizes.hidden)
      if hasCells {
        load(run, initialCell, direction, row, into: cells(run, direction) + row &* sizes.hidden)
      }
    }
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

  /// Stores the last states of some rows.
  private func end(_ run: RunContext, _ direction: Int, _ rows: Range<Int>) {
    let hidden: Int = sizes.hidden
    for row in rows {
      let place: Int = sizes.state(direction, row)
      if let lastState {
        (run.output(lastState, as: Element.self) + place)
          .update(from: states(run, direction, sizes.sequence) + row &* hidden, count: hidden)
      }
      if let lastCell {
        (run.output(lastCell, as: Element.self) + place)
          .update(from: cells(run, direction) + row &* hidden, count: hidden)
      }
    }
  }

  /// One block of units at one time step: product `phase` with R, and the cell's function that follows it.
  private func runBlock(
    _ run: RunContext, _ direction: Int, _ rows: Range<Int>, _ index: Int, _ phase: Int, _ block: Int,
    _ scratch: UnsafeMutableRawPointer
  ) {
    let hidden: Int = sizes.hidden
    let reverses: Bool = direction == 1 || reversesFirst
    let time: Int = reverses ? sizes.sequence &- 1 &- index : index
    let (first, count): (Int, Int) = (blocks.first(block), blocks.count(block))
    let base: Int = direction &* sizes.sequence &* sizes.batch &+ time &* sizes.timeRow
    let gates = run.output(self.gates, as: Element.self) + (base &* width &+ blocks.column(block))
    let old = states(run, direction, index)
    let new = states(run, direction, index &+ 1)
    let cells = cells(run, direction)
    let isApart: Bool = cell.form == .apart
    let before: Int = direction &* sizes.batch
    let apart =
      run.output(recurrent, as: Element.self)
      + (isApart ? before &* width &+ blocks.column(block) : 0)
    let resets =
      run.output(resetState, as: Element.self)
      + (cell.form == .afterReset ? before &* hidden : 0)
    let gateStride: Int = sizes.batchRow &* width

    var target: UnsafeMutablePointer<Element> =
      isApart ? apart + rows.lowerBound &* width : gates + rows.lowerBound &* gateStride
    target += recurrentWeights.groups[phase].lowerBound &* count
    multiply(
      run, phase, direction, block, rows.count, (phase == 0 ? old : resets) + rows.lowerBound &* hidden,
      target, scratch)

    let isLast: Bool = phase == products.count &- 1
    for row in rows {
      let place: Int = row &* hidden &+ first
      let values = RecurrentRow<Element>(
        count: count, gates: gates + row &* gateStride,
        recurrent: isApart ? UnsafePointer(apart + row &* width) : nil, state: old + place,
        stateOut: new + place, cell: cells + (hasCells ? place : 0),
        resetState: resets + (cell.form == .afterReset ? place : 0),
        peepholes: peepholes.map { run.input($0, as: Element.self) + (direction &* 3 &* hidden &+ first) })
      guard isLast else {
        cell.reset?(values, direction)
        continue
      }
      let output: UnsafeMutablePointer<Element>? = y.map {
        run.output($0, as: Element.self) + (sizes.y(time, direction, row) &+ first)
      }
      if let lengths, time >= Int(run.input(lengths, as: Int32.self)[row]) {
        output?.update(repeating: 0, count: count)
        values.stateOut.update(from: values.state, count: count)
        continue
      }
      cell.update(values, direction)
      output?.update(from: values.stateOut, count: count)
    }
  }

  /// Product `phase` of a block with R.
  private func multiply(
    _ run: RunContext, _ phase: Int, _ direction: Int, _ block: Int, _ rows: Int,
    _ a: UnsafePointer<Element>, _ c: UnsafeMutablePointer<Element>, _ scratch: UnsafeMutableRawPointer
  ) {
    var product: GemmArguments<Element> = products[phase]
    product.m = rows
    product.n = recurrentWeights.groups[phase].count &* blocks.count(block)
    product.a = a
    product.c = c
    let packed: UnsafePointer<Element>? =
      packing.map { run.input($0, as: Element.self) } ?? product.packedB
    product.packedB = packed.map { $0 + recurrentWeights.offset(direction, block, phase) }
    if cell.form == .apart, bias != nil {
      let start: Int = (sizes.directions &+ direction) &* width &+ blocks.column(block)
      product.epilogue.bias = run.input(biases, as: Element.self) + start
    }
    let kernel = gemm.run
    withUnsafePointer(to: product) { pointer in
      let tasks: Int = gemm.taskCount(pointer)
      for task in 0..<tasks { kernel(pointer, run.backwards ? tasks &- 1 &- task : task, scratch) }
    }
  }
}
