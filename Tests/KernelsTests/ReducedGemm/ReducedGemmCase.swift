import KernelInterface
import KernelSelection
import Testing

/// A product in fewer bits with its operands, against the definition in double precision.
struct ReducedGemmCase {
  var m: Int
  var n: Int
  var k: Int
  var transposesA: Bool = false
  var transposesB: Bool = false
  var alpha: Float = 1
  var activation: Activation = .none
  var biasAxis: Epilogue<Float>.BiasAxis? = nil
  var hasResidual: Bool = false
  var a: [Float]
  var b: [Float]
  var bias: [Float]
  var residual: [Float]

  init(m: Int, n: Int, k: Int) {
    (self.m, self.n, self.k) = (m, n, k)
    var generator = Numbers(state: UInt64(m &* 1_000_003 &+ n &* 1009 &+ k))
    a = (0..<m * k).map { _ in generator.next() }
    b = (0..<k * n).map { _ in generator.next() }
    bias = (0..<max(m, n)).map { _ in generator.next() }
    residual = (0..<m * n).map { _ in generator.next() }
  }

  /// The products that this processor has, of every table.
  static var allKernels: [ReducedGemmKernels] {
    KernelSelection.supported.flatMap { table in
      ProductPrecision.allCases.flatMap { precision -> [ReducedGemmKernels] in
        var plain: KernelTable = table
        plain.reducedGemm = table.reducedGemm.withoutInstructions
        let (best, portable) = (
          KernelSelection.weightProducts(precision, of: table),
          KernelSelection.weightProducts(precision, of: plain)
        )
        return best.instruction == nil ? [portable] : [portable, best]
      }
    }
  }

  func element(_ row: Int, _ depth: Int) -> Float { transposesA ? a[depth * m + row] : a[row * k + depth] }
  func weight(_ depth: Int, _ column: Int) -> Float {
    transposesB ? b[column * k + depth] : b[depth * n + column]
  }

  /// Packs in parts of a panel or more, and runs the tasks from the last to the first where `backwards`.
  func result(_ kernels: ReducedGemmKernels, backwards: Bool = false, packsInParts: Bool = false) -> [Float] {
    let panel = UnsafeMutableRawPointer.allocate(
      byteCount: kernels.packedABytes(m, k) + kernels.packedBBytes(k, n) + 128, alignment: 64)
    defer { panel.deallocate() }
    let packedA = panel.assumingMemoryBound(to: Float.self)
    let packedB = (panel + (kernels.packedABytes(m, k) + 63) / 64 * 64).assumingMemoryBound(to: Float.self)
    // Whatever is in memory before must not matter.
    for i in 0..<kernels.packedABytes(m, k) / 4 { packedA[i] = .nan }
    for i in 0..<kernels.packedBBytes(k, n) / 4 { packedB[i] = .nan }
    var arguments = ReducedGemmArguments(m: m, n: n, k: k)
    let tasksScratch: Int = withUnsafePointer(to: arguments) { kernels.scratchBytes($0) }
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(tasksScratch, kernels.packScratchBytes), alignment: 64)
    defer { scratch.deallocate() }
    a.withUnsafeBufferPointer { a in
      let packing = ReducedPacking(
        source: a.baseAddress!, laneStride: transposesA ? 1 : k, depthStride: transposesA ? m : 1, lanes: m,
        depth: k, target: packedA)
      pack(packing, kernels.packA, kernels.tileRows, packsInParts, scratch)
    }
    b.withUnsafeBufferPointer { b in
      let packing = ReducedPacking(
        source: b.baseAddress!, laneStride: transposesB ? k : 1, depthStride: transposesB ? 1 : n, lanes: n,
        depth: k, target: packedB)
      pack(packing, kernels.packB, kernels.tileColumns, packsInParts, scratch)
    }
    var c = [Float](repeating: .nan, count: m * n)
    arguments.alpha = alpha
    arguments.cRowStride = n
    arguments.a = UnsafePointer(packedA)
    arguments.b = UnsafePointer(packedB)
    c.withUnsafeMutableBufferPointer { c in
      bias.withUnsafeBufferPointer { bias in
        residual.withUnsafeBufferPointer { residual in
          arguments.c = c.baseAddress
          if let biasAxis {
            arguments.epilogue.bias = bias.baseAddress
            arguments.epilogue.biasAxis = biasAxis
          }
          if hasResidual {
            arguments.epilogue.residual = residual.baseAddress
            arguments.epilogue.residualRowStride = n
          }
          arguments.epilogue.activation = activation
          let tasks: Int = kernels.taskCount(&arguments)
          for task in 0..<tasks { kernels.run(&arguments, backwards ? tasks - 1 - task : task, scratch) }
        }
      }
    }
    return c
  }

  private func pack(
    _ whole: ReducedPacking, _ kernel: ReducedGemmKernels.Pack, _ panel: Int, _ inParts: Bool,
    _ scratch: UnsafeMutableRawPointer
  ) {
    var packing: ReducedPacking = whole
    guard inParts else {
      kernel(&packing, scratch)
      return
    }
    for first in stride(from: 0, to: whole.lanes, by: panel).reversed() {
      packing.first = first
      packing.count = min(panel, whole.lanes - first)
      kernel(&packing, scratch)
    }
  }

  /// The definition: operands as the precision holds them, sums in f64, and the most that a sum in f32 may be
  /// off.
  func expected(_ precision: ProductPrecision) -> [(value: Double, bound: Double)] {
    let left = HeldOperand(precision, lanes: m, depth: k, isWeight: false) { element($0, $1) }
    let right = HeldOperand(precision, lanes: n, depth: k, isWeight: true) { weight($1, $0) }
    var results: [(value: Double, bound: Double)] = []
    for row in 0..<m {
      for column in 0..<n {
        var (sum, size): (Double, Double) = (0, 0)
        for depth in 0..<k {
          let product: Double = left.values[row * k + depth] * right.values[column * k + depth]
          sum += product
          size += abs(product)
        }
        sum *= Double(alpha)
        if let biasAxis { sum += Double(bias[biasAxis == .row ? row : column]) }
        if hasResidual { sum += Double(residual[row * n + column]) }
        if activation == .relu { sum = max(sum, 0) }
        results.append((sum, (size + 4) * Double(k + 8) * 0x1p-24))
      }
    }
    return results
  }

  func check(_ kernels: ReducedGemmKernels) {
    let found: [Float] = result(kernels)
    let expected = expected(kernels.precision)
    let wrong: Int? = found.indices.first {
      !(abs(Double(found[$0]) - expected[$0].value) <= expected[$0].bound)
    }
    if let wrong {
      Issue.record(
        "\(kernels.precision) \(kernels.instruction ?? "") \(m)x\(n)x\(k): element \(wrong) is \(found[wrong]), not \(expected[wrong])"
      )
    }
  }
}

/// An operand as a precision holds it, lane after lane.
struct HeldOperand {
  var values: [Double] = []

  init(
    _ precision: ProductPrecision, lanes: Int, depth: Int, isWeight: Bool, _ element: (Int, Int) -> Float
  ) {
    for lane in 0..<lanes {
      let row: [Float] = (0..<depth).map { element(lane, $0) }
      switch precision {
      case .bfloat16: values += row.map { Double(Self.bfloat16($0)) }
      case .int8Dynamic: values += isWeight ? Self.signedBytes(row) : Self.bytes(row)
      }
    }
  }

  /// To the nearest number with 8 bits of significand, ties to even.
  static func bfloat16(_ x: Float) -> Float {
    guard x.isFinite else { return x }
    let spacing: Double = Double(x.ulp) * 65536
    return Float((Double(x) / spacing).rounded(.toNearestOrEven) * spacing)
  }

  /// -127...127 by one scale.
  static func signedBytes(_ row: [Float]) -> [Double] {
    let scale: Float = row.reduce(0) { max($0, abs($1)) } / 127
    return row.map { scale == 0 ? 0 : Double(scale) * Double(integer($0, scale)) }
  }

  /// 0...255 by one scale and a zero point.
  static func bytes(_ row: [Float]) -> [Double] {
    let least: Float = min(row.min() ?? 0, 0)
    let scale: Float = max(row.max() ?? 0, 0) / 255 - least / 255
    guard scale > 0 else { return row.map { _ in 0 } }
    let zero: Int = Int(0.5 - least / scale)
    return row.map { Double(scale) * Double(min(max(integer($0, scale) + zero, 0), 255) - zero) }
  }

  private static func integer(_ x: Float, _ scale: Float) -> Int {
    Int((x * (1 / scale)).rounded(.toNearestOrEven))
  }
}

/// Numbers in (-1, 1) that no rounding leaves as they are.
struct Numbers {
  var state: UInt64

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int64(bitPattern: state) >> 40) / 8_388_608
  }
}
