internal import KernelInterface

/// A channels-last 3 x 3 convolution of stride 1 by Winograd's minimal filtering (see `WinogradForm`). A task
/// takes a block of tiles and a range of panels of outputs: it transforms the tiles' inputs into scratch,
/// then for each panel multiplies every product's tiles with its weights, as `PixelProduct` does, and
/// transforms the sums into outputs. Weights are transformed in double precision and rounded once, and packed
/// as [panel][product][channel][column].
struct PixelWinograd<Form: WinogradForm> {
  typealias Lanes = Form.Lanes
  typealias Element = Lanes.Element
  typealias Arguments = UnsafePointer<ConvolutionArguments<Element>>
  typealias Tiles = PitchedTiles<Lanes>
  typealias Transforms = WinogradTransforms<Form>

  var arguments: Arguments
  var problem: PixelProblem<Element>
  var panels: Int
  /// Tiles of an image, in all, of a block.
  var down: Int
  var across: Int
  var tiles: Int
  var tileBlock: Int
  var tileBlocks: Int
  var panelBlock: Int
  var panelBlocks: Int

  /// Elements of transformed inputs that stay in the second-level cache.
  private static var blockElements: Int { 144 * 1024 }
  /// Tiles that share the weights while these pass through the cache, even if their inputs do not stay there.
  private static var fewestTiles: Int { 48 }
  private static var wantedTasks: Int { 8 }
  /// Tasks that transform the same inputs.
  private static var mostPanelParts: Int { 4 }

  init(_ arguments: Arguments, _ problem: PixelProblem<Element>) {
    self.arguments = arguments
    self.problem = problem
    panels = ceilDivide(problem.outputs, Tiles.columns)
    down = ceilDivide(problem.output.height, Form.outputs)
    across = ceilDivide(problem.output.width, Form.outputs)
    tiles = problem.batch * problem.output.depth * down * across
    let most: Int = larger(
      Self.fewestTiles, Self.blockElements / (Transforms.products * roundUp(problem.channels, Lanes.count)))
    var tileParts: Int = ceilDivide(tiles, most)
    var panelParts: Int = 1
    while tileParts * panelParts < Self.wantedTasks {
      if tiles / tileParts >= Self.fewestTiles / 2 {
        tileParts *= 2
      } else if panelParts < Self.mostPanelParts && panels / panelParts >= 2 {
        panelParts *= 2
      } else {
        break
      }
    }
    tileBlock = larger(1, ceilDivide(tiles, tileParts))
    tileBlocks = ceilDivide(tiles, tileBlock)
    panelBlock = larger(1, ceilDivide(panels, panelParts))
    panelBlocks = ceilDivide(panels, panelBlock)
  }

  /// Whether the form computes the problem; double precision is not given away.
  static func takes(_ problem: PixelProblem<Element>) -> Bool {
    let kernel: Extent3 = problem.kernel
    let isSquare: Bool = kernel.depth == 1 && kernel.height == 3 && kernel.width == 3
    let stride: Extent3 = problem.stride
    let isDense: Bool = stride.height == 1 && stride.width == 1 && stride.depth == 1
    let isWhole: Bool = problem.dilation.height == 1 && problem.dilation.width == 1
    let isSingle: Bool = MemoryLayout<Element>.size == 4
    return isSingle && isSquare && isDense && isWhole && problem.padding.depth == 0 && problem.groups == 1
      && problem.inputChannel == 1
  }

  var packedWeightsCount: Int {
    Transforms.products * problem.channels * roundUp(problem.outputs, Lanes.count)
  }

  @inline(never)
  func packWeights(_ weights: UnsafePointer<Element>, _ destination: UnsafeMutablePointer<Element>) {
    // The form is for single precision alone.
    let source: UnsafePointer<Float> = UnsafeRawPointer(weights).assumingMemoryBound(to: Float.self)
    let packed: UnsafeMutablePointer<Float> =
      UnsafeMutableRawPointer(destination).assumingMemoryBound(to: Float.self)
    let stride: Int = problem.channels * 9
    for panel in 0..<panels {
      let column: Int = panel * Tiles.columns
      let columns: Int = smaller(Tiles.columns, problem.outputs - column)
      let width: Int = roundUp(columns, Lanes.count)
      let to: UnsafeMutablePointer<Float> = packed + column * problem.channels * Transforms.products
      for channel in 0..<problem.channels {
        var output: Int = 0
        while output < columns {
          Transforms.weights(
            source + (column + output) * stride + channel * 9, stride,
            smaller(F32Lanes.count, columns - output), to + channel * width + output,
            problem.channels * width)
          output += F32Lanes.count
        }
      }
    }
  }

  func taskCount() -> Int { problem.isEmpty ? 0 : tileBlocks * panelBlocks }

  /// From a tile to the next of one product in scratch; tiles do not begin at equal places of the cache.
  private var pitch: Int { roundUp(problem.channels, Lanes.count) + Lanes.count }
  private var enteredElements: Int { Transforms.products * tileBlock * pitch }
  private var sumElements: Int { Transforms.products * tileBlock * Tiles.columns }
  private var tileElements: Int { Transforms.outputs * Tiles.columns }
  private var temporaryElements: Int { Transforms.products * Lanes.count }
  private var patchElements: Int { Transforms.products * roundUp(problem.channels, Lanes.count) }

  func scratchBytes() -> Int {
    let elements: Int = enteredElements + sumElements + tileElements + temporaryElements + patchElements
    return 8 * 64 + elements * MemoryLayout<Element>.stride + 64
  }

  @inline(never)
  func run(_ task: Int, _ scratch: UnsafeMutableRawPointer) {
    guard let weights = arguments.pointee.packedWeights else { return }
    guard let finish = PixelFinish<Lanes>(arguments, problem) else { return }
    let first: Int = task % tileBlocks * tileBlock
    let count: Int = smaller(tileBlock, tiles - first)
    let firstPanel: Int = task / tileBlocks * panelBlock
    let panelEnd: Int = smaller(panels, firstPanel + panelBlock)
    let segments: UnsafeMutablePointer<Int> = scratch.assumingMemoryBound(to: Int.self)
    segments[0] = 0
    let entered: UnsafeMutablePointer<Element> = (scratch + 8 * 64).assumingMemoryBound(to: Element.self)
    let sums: UnsafeMutablePointer<Element> = entered + enteredElements
    let tile: UnsafeMutablePointer<Element> = sums + sumElements
    let temporary: UnsafeMutablePointer<Element> = tile + tileElements
    enter(first, count, entered, scratch + 64, temporary)
    for panel in firstPanel..<panelEnd {
      let column: Int = panel * Tiles.columns
      let columns: Int = smaller(Tiles.columns, problem.outputs - column)
      let width: Int = roundUp(columns, Lanes.count)
      var from: UnsafePointer<Element> = weights + column * problem.channels * Transforms.products
      for product in 0..<Transforms.products {
        multiply(
          entered + product * count * pitch, from, width, sums + product * count * width, count,
          UnsafePointer(segments))
        from += problem.channels * width
      }
      leave(first, count, column, columns, width, UnsafePointer(sums), finish, tile, temporary)
    }
  }

  /// The products of one place of all tiles.
  @inline(__always)
  private func multiply(
    _ entered: UnsafePointer<Element>, _ weights: UnsafePointer<Element>, _ width: Int,
    _ sums: UnsafeMutablePointer<Element>, _ count: Int, _ segments: UnsafePointer<Int>
  ) {
    var ending = TileEnding<Lanes>()
    let parts: Int = ceilDivide(count, Tiles.rows)
    var operands = PitchedTileOperands<Element>(
      depth: problem.channels, segments: segments, source: entered, pitch: pitch, weights: weights,
      start: UnsafePointer(sums), startPitch: width, out: sums, outPitch: width,
      ahead: weights + problem.channels * width,
      aheadStep: PitchedTileOperands<Element>.aheadStep(parts, width))
    var row: Int = 0
    for index in 0..<parts {
      let rows: Int = (count - row) / (parts - index)
      Tiles.run(rows, width / Lanes.count, &operands, &ending)
      operands.source += rows * pitch
      operands.out += rows * width
      operands.ahead += (problem.channels / 4) * operands.aheadStep
      row += rows
    }
  }

  /// Transforms the inputs of tiles `first ..< first + count` as [product][tile][channel].
  private func enter(
    _ first: Int, _ count: Int, _ entered: UnsafeMutablePointer<Element>,
    _ pointers: UnsafeMutableRawPointer, _ temporary: UnsafeMutablePointer<Element>
  ) {
    guard let x = arguments.pointee.x else { return }
    let pixels: UnsafeMutablePointer<UnsafePointer<Element>> =
      pointers.assumingMemoryBound(to: UnsafePointer<Element>.self)
    // A tile's inputs are copied where they pass the image's border or the prologue.
    let patch: UnsafeMutablePointer<Element> = temporary + temporaryElements
    let patchPitch: Int = roundUp(problem.channels, Lanes.count)
    for index in 0..<count {
      let number: Int = first + index
      let plane: Int = number / (down * across)
      let image: Int = plane / problem.output.depth
      let top: Int = number / across % down * Form.outputs - problem.padding.height
      let left: Int = number % across * Form.outputs - problem.padding.width
      let source: UnsafePointer<Element> =
        x + image * problem.inputImage
        + plane % problem.output.depth * problem.input.height * problem.input.width * problem.inputPixel
      let entry = PixelEntry<Lanes>(arguments.pointee.prologue, image)
      for i in 0..<Transforms.products {
        let row: Int = top + i / Form.inputs
        let column: Int = left + i % Form.inputs
        let isInside: Bool =
          row >= 0 && row < problem.input.height && column >= 0 && column < problem.input.width
        let copy: UnsafeMutablePointer<Element> = patch + i * patchPitch
        pixels[i] = UnsafePointer(copy)
        if isInside {
          let from: UnsafePointer<Element> =
            source + (row * problem.input.width + column) * problem.inputPixel
          if entry.isEmpty {
            pixels[i] = from
          } else {
            entry.copy(from, copy, problem.channels, 0)
          }
        } else {
          PixelPatches<Lanes>.clear(copy, problem.channels)
        }
      }
      Transforms.enter(
        UnsafePointer(pixels), problem.channels, entered + index * pitch, count * pitch, temporary)
    }
  }

  /// Transforms sums of a panel, [product][tile][column], into outputs.
  private func leave(
    _ first: Int, _ count: Int, _ column: Int, _ columns: Int, _ width: Int,
    _ sums: UnsafePointer<Element>, _ finish: PixelFinish<Lanes>, _ tile: UnsafeMutablePointer<Element>,
    _ temporary: UnsafeMutablePointer<Element>
  ) {
    let ending: TileEnding<Lanes> = finish.ending(column, columns)
    for index in 0..<count {
      let number: Int = first + index
      let top: Int = number / across % down * Form.outputs
      let left: Int = number % across * Form.outputs
      let from: UnsafePointer<Element> = sums + index * width
      Transforms.leave(from, count * width, ending.left, tile, width, temporary)
      if width > Lanes.count {
        Transforms.leave(
          from + Lanes.count, count * width, ending.right, tile + Lanes.count, width, temporary)
      }
      let rows: Int = smaller(Form.outputs, problem.output.height - top)
      let inside: Int = smaller(Form.outputs, problem.output.width - left)
      let pixel: Int =
        (number / (down * across) * problem.output.height + top) * problem.output.width + left
      for row in 0..<rows {
        finish.run(
          tile + row * Form.outputs * width, width, pixel + row * problem.output.width, inside, column,
          columns)
      }
    }
  }
}
